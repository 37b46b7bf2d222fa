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
    // A folder's path once, and not with each of its files, twice. folder_of() and name_of():
    // catalogue_open.cpp.
    R"sql(
CREATE TABLE folder (
  id    INTEGER PRIMARY KEY,
  share INTEGER NOT NULL REFERENCES share (id) ON DELETE CASCADE,
  path  BLOB NOT NULL,                            -- relative to the share's base, with its last slash; or empty
  UNIQUE (share, path)
);
INSERT INTO folder (share, path) SELECT DISTINCT share, folder_of(path) FROM file;

CREATE TABLE file_in_folder (
  id       INTEGER PRIMARY KEY AUTOINCREMENT,     -- never reused
  folder   INTEGER NOT NULL REFERENCES folder (id) ON DELETE CASCADE,
  name     BLOB NOT NULL,                         -- bytes
  size     INTEGER NOT NULL,
  mtime_ns INTEGER NOT NULL,
  inode    INTEGER NOT NULL,                      -- 64 bits, stored signed
  device   INTEGER NOT NULL,
  content  INTEGER REFERENCES content (id),       -- NULL: not hashed yet
  UNIQUE (folder, name)
);
INSERT INTO file_in_folder
  SELECT file.id, folder.id, name_of(file.path), size, mtime_ns, inode, device, content
  FROM file JOIN folder ON folder.share = file.share AND folder.path = folder_of(file.path)
  ORDER BY file.id;
DELETE FROM sqlite_sequence WHERE name = 'file_in_folder';
INSERT INTO sqlite_sequence (name, seq)
  SELECT 'file_in_folder', seq FROM sqlite_sequence WHERE name = 'file';
DROP TABLE file;
ALTER TABLE file_in_folder RENAME TO file;
CREATE INDEX file_by_content ON file (content) WHERE content IS NOT NULL;
CREATE INDEX file_by_inode ON file (inode);
)sql",
    // Which index file is of this catalogue (index_file.h).
    R"sql(
CREATE TABLE index_file (serial INTEGER NOT NULL);
)sql",
    // By content, so that renamed and linked files keep it. Only of files that were looked at.
    R"sql(
CREATE TABLE metadata (
  content_id BLOB PRIMARY KEY,                    -- 32 bytes
  body       BLOB NOT NULL                        -- a FileMetadata of overlay.proto; empty: there is none
) WITHOUT ROWID;
)sql",
};

}  // namespace freshet::store
