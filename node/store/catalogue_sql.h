// The catalogue's statements. Its tables are in schema.h.
#pragma once

namespace freshet::store {

// Columns of a file are always in the order of read_file().
#define FRESHET_FILE_COLUMNS                                                              \
  "file.id, folder.share, folder.path, file.name, file.size, file.mtime_ns, file.inode, " \
  "file.device, content.content_id"
#define FRESHET_FILE_SOURCE                           \
  " FROM file JOIN folder ON folder.id = file.folder" \
  " LEFT JOIN content ON content.id = file.content "

inline constexpr const char* kFindShare = "SELECT id FROM share WHERE path = ?1";
inline constexpr const char* kAddShare = "INSERT INTO share (path, single_file) VALUES (?1, ?2)";
inline constexpr const char* kRemoveShare = "DELETE FROM share WHERE id = ?1";
inline constexpr const char* kListShares =
    "SELECT id, path, single_file, browse FROM share ORDER BY id";
inline constexpr const char* kSetBrowse = "UPDATE share SET browse = ?2 WHERE id = ?1";
inline constexpr const char* kHasShare = "SELECT 1 FROM share WHERE id = ?1";
inline constexpr const char* kFindFolder = "SELECT id FROM folder WHERE share = ?1 AND path = ?2";
inline constexpr const char* kAddFolder = "INSERT INTO folder (share, path) VALUES (?1, ?2)";
inline constexpr const char* kFolderAfter =
    "SELECT id, path FROM folder WHERE share = ?1 AND path > ?2 ORDER BY path LIMIT 1";
inline constexpr const char* kRemoveFolder = "DELETE FROM folder WHERE id = ?1";
inline constexpr const char* kDropEmptyFolders =
    "DELETE FROM folder WHERE NOT EXISTS (SELECT 1 FROM file WHERE file.folder = folder.id)";
inline constexpr const char* kFindFile =
    "SELECT " FRESHET_FILE_COLUMNS FRESHET_FILE_SOURCE "WHERE file.folder = ?1 AND file.name = ?2";
inline constexpr const char* kFilesIn =
    "SELECT " FRESHET_FILE_COLUMNS FRESHET_FILE_SOURCE "WHERE file.folder = ?1";
// By folder: how many files, hashed ones, bytes, when the last was changed, and a number that is
// another one when files came, went or were hashed anew.
inline constexpr const char* kFolderTotals =
    "SELECT folder.path, count(*), count(file.content), sum(file.size), max(file.mtime_ns),"
    " sum(file.id * (1 + coalesce(file.content, 0) % 65521))"
    " FROM folder JOIN file ON file.folder = folder.id WHERE folder.share = ?1 GROUP BY "
    "folder.path";
// Of the folders from ?2 to before ?3.
inline constexpr const char* kFilesBelow =
    "SELECT " FRESHET_FILE_COLUMNS FRESHET_FILE_SOURCE
    "WHERE folder.share = ?1 AND folder.path >= ?2 AND folder.path < ?3 LIMIT ?4";
inline constexpr const char* kFileById =
    "SELECT " FRESHET_FILE_COLUMNS FRESHET_FILE_SOURCE "WHERE file.id = ?1";
inline constexpr const char* kAllFiles =
    "SELECT " FRESHET_FILE_COLUMNS FRESHET_FILE_SOURCE "ORDER BY file.id";
// In the order in which files lie there ("+": not by the folders, and then sorted in memory).
inline constexpr const char* kFilesOfShare =
    "SELECT " FRESHET_FILE_COLUMNS FRESHET_FILE_SOURCE "WHERE +folder.share = ?1 ORDER BY file.id";
// From indexes alone, in any order.
inline constexpr const char* kIdsOfShare =
    "SELECT file.id FROM folder JOIN file ON file.folder = folder.id WHERE folder.share = ?1";
inline constexpr const char* kByInode =
    "SELECT file.content, content.content_id FROM file JOIN content ON content.id = file.content"
    " WHERE file.content IS NOT NULL AND inode = ?1 AND device = ?2 AND file.size = ?3 AND "
    "mtime_ns = ?4 LIMIT 1";
// All names of a file.
inline constexpr const char* kLinked =
    "SELECT " FRESHET_FILE_COLUMNS FRESHET_FILE_SOURCE "WHERE inode = ?1 AND device = ?2";
#define FRESHET_INSERT_FILE                                                                      \
  "INSERT INTO file (folder, name, size, mtime_ns, inode, device, content) VALUES (?1, ?2, ?3, " \
  "?4, ?5, ?6, ?7)"
inline constexpr const char* kInsertFile = FRESHET_INSERT_FILE;
inline constexpr const char* kInsertNewFile = FRESHET_INSERT_FILE " ON CONFLICT DO NOTHING";
inline constexpr const char* kUpdateFile =
    "UPDATE file SET size = ?3, mtime_ns = ?4, inode = ?5, device = ?6, content = ?7 WHERE folder "
    "= ?1 AND name = ?2";
inline constexpr const char* kSetDevice = "UPDATE file SET device = ?2 WHERE id = ?1";
inline constexpr const char* kSetContent = "UPDATE file SET content = ?2 WHERE id = ?1";
inline constexpr const char* kRemoveFile = "DELETE FROM file WHERE id = ?1";
inline constexpr const char* kAddContent =
    "INSERT INTO content (content_id, size, piece_layer) VALUES (?1, ?2, ?3) ON CONFLICT DO "
    "NOTHING";
inline constexpr const char* kFindContent = "SELECT id FROM content WHERE content_id = ?1";
inline constexpr const char* kContentBetween =
    "SELECT content_id, size, piece_layer FROM content WHERE content_id BETWEEN ?1 AND ?2 LIMIT 1";
inline constexpr const char* kDropUnused =
    "DELETE FROM content WHERE NOT EXISTS (SELECT 1 FROM file WHERE file.content = content.id)";
inline constexpr const char* kDropIfUnused =
    "DELETE FROM content WHERE id = ?1 AND NOT EXISTS (SELECT 1 FROM file WHERE file.content = ?1)";
inline constexpr const char* kHasContents = "SELECT 1 FROM content LIMIT 1";
inline constexpr const char* kHasFiles =
    "SELECT 1 FROM folder JOIN file ON file.folder = folder.id WHERE share = ?1 LIMIT 1";
inline constexpr const char* kHasFilesOn =
    "SELECT 1 FROM folder JOIN file ON file.folder = folder.id WHERE share = ?1 AND device = ?2 "
    "LIMIT 1";
inline constexpr const char* kFilesWith =
    "SELECT " FRESHET_FILE_COLUMNS
    ", share.path, share.single_file FROM content"
    " JOIN file ON file.content = content.id JOIN folder ON folder.id = file.folder"
    " JOIN share ON share.id = folder.share"
    " WHERE content.content_id = ?1 ORDER BY file.id";
inline constexpr const char* kLocate =
    "SELECT " FRESHET_FILE_COLUMNS ", share.path, share.single_file" FRESHET_FILE_SOURCE
    "JOIN share ON share.id = folder.share WHERE file.id = ?1";
inline constexpr const char* kTotals =
    "SELECT count(*), coalesce(sum(size), 0), count(content) FROM file";
inline constexpr const char* kAllMetadata =
    "SELECT content_id, body FROM metadata WHERE length(body) > 0";
inline constexpr const char* kHasMetadata = "SELECT 1 FROM metadata WHERE content_id = ?1";
inline constexpr const char* kNamesOfHashed =
    "SELECT file.id, file.name, content.content_id FROM file"
    " JOIN content ON content.id = file.content ORDER BY file.id";
inline constexpr const char* kKeepMetadata =
    "INSERT INTO metadata (content_id, body) VALUES (?1, ?2) ON CONFLICT DO UPDATE SET body = ?2";
inline constexpr const char* kDropUnusedMetadata =
    "DELETE FROM metadata WHERE content_id NOT IN (SELECT content_id FROM content)";

inline constexpr const char* kIndexSerial = "SELECT serial FROM index_file";
inline constexpr const char* kDropIndexSerial = "DELETE FROM index_file";
inline constexpr const char* kSetIndexSerial = "INSERT INTO index_file VALUES (?1)";

#undef FRESHET_FILE_COLUMNS
#undef FRESHET_FILE_SOURCE
#undef FRESHET_INSERT_FILE

// Columns behind those of a file.
inline constexpr int kSharePathColumn = 9;
inline constexpr int kSingleFileColumn = 10;

}  // namespace freshet::store
