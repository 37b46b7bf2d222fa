// The catalogue's tables, as SQL. One step a version: step i brings user_version i to i + 1, and is
// never edited once released; a change is a new step.
#pragma once

#include <array>

namespace freshet::store {

/// "FRSH": tells our file from any other SQLite database (PRAGMA application_id).
inline constexpr int kApplicationId = 0x46525348;

inline constexpr std::array kSchemaSteps = {
    R"sql(
CREATE TABLE share (
  id          INTEGER PRIMARY KEY AUTOINCREMENT,  -- never reused
  path        BLOB NOT NULL UNIQUE,               -- absolute, bytes
  single_file INTEGER NOT NULL
);

CREATE TABLE content (
  id          INTEGER PRIMARY KEY,
  content_id  BLOB NOT NULL UNIQUE,               -- 32 bytes; a range search finds it by its first 20
  size        INTEGER NOT NULL,
  piece_layer BLOB NOT NULL                       -- 32 bytes a piece
);

CREATE TABLE file (
  id       INTEGER PRIMARY KEY AUTOINCREMENT,     -- never reused
  share    INTEGER NOT NULL REFERENCES share (id) ON DELETE CASCADE,
  path     BLOB NOT NULL,                         -- relative to the share's base, bytes
  size     INTEGER NOT NULL,
  mtime_ns INTEGER NOT NULL,
  inode    INTEGER NOT NULL,                      -- 64 bits, stored signed
  device   INTEGER NOT NULL,
  content  INTEGER REFERENCES content (id),       -- NULL: not hashed yet
  UNIQUE (share, path)
);
CREATE INDEX file_by_content ON file (content) WHERE content IS NOT NULL;
CREATE INDEX file_by_inode ON file (inode) WHERE content IS NOT NULL;
CREATE INDEX file_unhashed ON file (size) WHERE content IS NULL;
)sql",
    // Other names of a file are looked up whether it is hashed or not.
    R"sql(
DROP INDEX file_unhashed;
DROP INDEX file_by_inode;
CREATE INDEX file_by_inode ON file (inode);
)sql",
    R"sql(
ALTER TABLE share ADD COLUMN browse INTEGER NOT NULL DEFAULT 1;  -- neighbours may list it
)sql",
};

}  // namespace freshet::store
