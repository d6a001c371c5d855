export const TEXT = {
  color: 'Colour',
  colors: {
    '#64748b': 'Slate',
    '#dc2626': 'Red',
    '#ea580c': 'Orange',
    '#ca8a04': 'Yellow',
    '#059669': 'Green',
    '#0891b2': 'Cyan',
    '#4f46e5': 'Indigo',
    '#c026d3': 'Pink',
  },
  name: 'Name',
  save: 'Save',
} as const;
