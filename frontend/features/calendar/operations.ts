import { graphql } from '@/graphql/generated';
import type { ImportCalendarMutation } from '@/graphql/generated/graphql';

export type Imported = ImportCalendarMutation['payload'];

export const FEED = graphql(`
  query CalendarFeed { calendarFeed { createdAt lastReadAt } }
`);

export const CREATE_FEED = graphql(`
  mutation CreateCalendarFeed {
    payload: createCalendarFeed { feed { createdAt lastReadAt } url eventsUrl errors { code message field } }
  }
`);

export const REVOKE_FEED = graphql(`
  mutation RevokeCalendarFeed { payload: revokeCalendarFeed { errors { code message field } } }
`);

export const IMPORT = graphql(`
  mutation ImportCalendar($input: ImportCalendarInput!) {
    payload: importCalendar(input: $input) {
      created
      updated
      unchanged
      skipped
      notes { uid name message }
      errors { code message field }
    }
  }
`);

export const EXPORT_CALENDAR = graphql(`
  query ExportCalendar($after: String) {
    exportCalendar(after: $after) { ics pageInfo { hasNextPage endCursor } }
  }
`);

export const EXPORT_DATA = graphql(`
  query ExportData($after: String) {
    exportData(after: $after) { nodes pageInfo { hasNextPage endCursor } }
  }
`);
