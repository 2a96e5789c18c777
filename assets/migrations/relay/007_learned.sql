-- What a channel's upstream has shown that it can and cannot do, as JSON. Gone when the channel leads elsewhere.
CREATE TABLE learned_of_channels (
    channel INTEGER PRIMARY KEY,
    what    TEXT    NOT NULL
) STRICT;
