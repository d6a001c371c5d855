/** Channels as the server knows them. */

import { graphql } from '@/graphql/generated';
import type { ChannelFieldsFragment, ChannelPayloadFieldsFragment } from '@/graphql/generated/graphql';

export type Channel = ChannelFieldsFragment;
export type ChannelPayload = ChannelPayloadFieldsFragment;

export const CHANNEL_FIELDS = graphql(`
  fragment ChannelFields on Channel {
    id
    kind
    label
    target
    types
    enabled
    confirmed
    failedAt
    failure
  }
`);

export const CHANNEL_PAYLOAD_FIELDS = graphql(`
  fragment ChannelPayloadFields on ChannelPayload {
    channel { ...ChannelFields }
    secret
    errors { code message field }
  }
`);

export const CHANNELS = graphql(`
  query Channels { channels { ...ChannelFields } channelKinds vapidPublicKey }
`);

export const ADD_WEB_PUSH = graphql(`
  mutation AddWebPushChannel($input: AddWebPushChannelInput!) {
    payload: addWebPushChannel(input: $input) { ...ChannelPayloadFields }
  }
`);

export const ADD_EMAIL = graphql(`
  mutation AddEmailChannel($input: AddEmailChannelInput!) {
    payload: addEmailChannel(input: $input) { ...ChannelPayloadFields }
  }
`);

export const ADD_WEBHOOK = graphql(`
  mutation AddWebhookChannel($input: AddWebhookChannelInput!) {
    payload: addWebhookChannel(input: $input) { ...ChannelPayloadFields }
  }
`);

export const UPDATE = graphql(`
  mutation UpdateChannel($input: UpdateChannelInput!) {
    payload: updateChannel(input: $input) { ...ChannelPayloadFields }
  }
`);

export const REMOVE = graphql(`
  mutation RemoveChannel($input: ChannelIdInput!) {
    payload: removeChannel(input: $input) { ...ChannelPayloadFields }
  }
`);

export const TEST = graphql(`
  mutation TestChannel($input: ChannelIdInput!) {
    payload: testChannel(input: $input) { ...ChannelPayloadFields }
  }
`);
