// What a daemon's catalogue says, read from its SQLite file by the side, without the daemon's code.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>

namespace freshet::testing {

struct CataloguedFile {
  std::uint64_t size_bytes = 0;
  std::uint64_t inode = 0;
  std::int64_t mtime_ns = 0;
  std::string content;  ///< the id's 32 bytes; empty: not hashed
  friend bool operator==(const CataloguedFile&, const CataloguedFile&) = default;
};
/// By path relative to the share, in bytes.
using CataloguedFiles = std::map<std::string, CataloguedFile>;

/// All files of a catalogue with one share. The daemon may run. Fails the test case when it cannot
/// be read.
[[nodiscard]] CataloguedFiles read_catalogue(const std::filesystem::path& state);
/// What is in the folder, by the rules of a share: regular files, no dots, no symlinks. Contents
/// are left empty.
[[nodiscard]] CataloguedFiles read_disk(const std::filesystem::path& share);
/// Empty where both agree, contents aside; or the first few differences.
[[nodiscard]] std::string difference(const CataloguedFiles& catalogue, const CataloguedFiles& disk);

}  // namespace freshet::testing
