/** Small files in formats of which no encoder is at hand. */

/** `quarters(62, 44)`, written by libjxl's cjxl 0.7 with -d 0. */
export const JXL = Buffer.from(
  '/wpYAXqAgOJCCAIBAMAASzhpmMqD9ysoCIB6/j/GGGcuEATArD4DgCA5nJeX4D1AMAAXJCD4XZyXmSucPXM+',
  'base64',
);
/** The same in boxes, with orientation 6. */
export const TURNED_JXL = Buffer.from(
  'AAAADEpYTCANCocKAAAAFGZ0eXBqeGwgAAAAAGp4bCAAAABIanhsY/8KWAF6WCCguCQIAgEAwABLOGmYyoP3KygIgHr+P8YYZy4QBMCsPgOAIDmcl5fgPUAwABckIPhdnJeZK5w9cz4=',
  'base64',
);

/** `quarters(62, 44)`, written by OpenJPEG's opj_compress 2.5. */
export const JP2 = Buffer.from(
  [
    'AAAADGpQICANCocKAAAAFGZ0eXBqcDIgAAAAAGpwMiAAAAAtanAyaAAAABZpaGRyAAAALAAAAD4AAwcHAAAAAAAPY2',
    '9scgEAAAAAABAAAAJoanAyY/9P/1EALwAAAAAAPgAAACwAAAAAAAAAAAAAAD4AAAAsAAAAAAAAAAAAAwcBAQcBAQcB',
    'Af9SAAwAAAABAQUEBAAB/1wAE0BASEhQSEhQSEhQSEhQSEhQ/2QAJQABQ3JlYXRlZCBieSBPcGVuSlBFRyB2ZXJzaW',
    '9uIDIuNS4w/5AACgAAAAAB4QAB/5PPtBQMDR5489+AMA0eE20Gb/8YMATbLzxeb6D5wQACZM/AFh9QFB9QGAd7rGB5',
    'CksFp5/PwBY+0Dg+oDAEy6RgnwRFRwL3T6D5w4AMYPAQIKDfz8AqPtCYPqBQEBP9Y8ukY9Hxvx+EPPsRLeAhPxH7ew',
    'T3z8AmPtCoPqBgDvPyx5Do1mdLDF4+s5DnzmiQVxLDkSJK56D5xAAJyFcNK0rXGc/AMj7Q2D6gYCFdhOR6RWc/kIlQ',
    'Ly3QD7ex79NwJFpq/b8i937MXs/PwC4+0Og+oGAiCYbkekVnP8JfvwnGku/B71sTujDq9mpvI6OAzFM/oHyDQGLfEW',
    '1FHOzpwAGQdL/H2iUPqEYHzhw18dsmd4eKvAHNh9aUxQB2eX+Dc4FbeWpyaEHAAMWI66PAlYGCajppWL/H2isPqEYH',
    'zhQ2nd0mH2pRofqKyQnVl5i/iDhUb3di3v9BP7/4Z1QADA+2mIzDQ4FXe19aoPnDAKy9hu//f8/AVj7Q2D6gULy6Qn',
    'Jdm9QMy3K0PkKVV0YRQ/KCn73FhtZxmw+Xof0gAX+8ulnOf8/AVj7Q6D6gQLyp4nkqjeoGZblaHyFKq6MIoflBT6y9',
    'hlMGVNjr6VRr5ABfvKnuJ//Z',
  ].join(''),
  'base64',
);

/** Of that size, red, transparent on the left. */
export const TRANSPARENT_JXL = Buffer.from(
  '/wpYAXqABcWFCAgQAIQASxiLFQDUEz/GGOPPBUQACCSvPIAMoHwEoOxAiLX9kXoA',
  'base64',
);
