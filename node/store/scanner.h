// Walks a share and tells what files are in it. Regular files only; never follows a symlink, skips
// every name that starts with a dot, reads no file.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <stop_token>
#include <string>
#include <vector>

#include "node/base/result.h"
#include "node/store/types.h"

namespace freshet::store {

/// Files handed to the sink at once, at most.
inline constexpr std::size_t kScanBatchFiles = 512;
/// Unreadable folders that are named; more are only counted.
inline constexpr std::size_t kMaxNamedUnreadable = 16;

/// What `path` (relative to the working folder, or absolute; symlinks in it are resolved once,
/// here) shares. Errors: io: missing, unreadable, or neither a folder nor a regular file.
Result<ShareLocation> resolve_share(const std::string& path);

struct ScanReport {
  std::uint64_t device = 0;  ///< that the share is on
  std::uint64_t files = 0;
  std::uint64_t size_bytes = 0;
  std::uint64_t hidden = 0;    ///< skipped: name starts with a dot
  std::uint64_t symlinks = 0;  ///< skipped
  std::uint64_t special = 0;   ///< skipped: sockets, pipes, devices
  std::uint64_t unreadable_folders = 0;
  std::vector<std::string> unreadable;  ///< relative paths of the first few of them
};

struct ScanOptions {
  std::vector<std::string> excluded;  ///< absolute folders not to enter (the node's own state)
  std::stop_token stop;
  /// Called with each folder (relative, and open) before it is listed.
  std::function<void(const std::string& folder, int fd)> entered = {};
};

/// What lies in one folder. Paths are relative to the share's base, like those of a scan.
struct FolderListing {
  std::vector<ScannedFile> files;
  std::vector<std::string> folders;
};

/// Borrowed until it returns; an Error ends the scan and is its result.
using ScanSink = std::function<Status(std::span<const ScannedFile>)>;

/// One folder of a share that is a folder. nullopt: there is none by that name, it lies outside, is
/// hidden, excluded or may not be read. Errors: io (nothing is known about its files then),
/// canceled.
Result<std::optional<FolderListing>> list_folder(const ShareLocation& share,
                                                 const std::string& folder,
                                                 const ScanOptions& options = {});

/// Every file under `share`, in no certain order, in batches. Errors: io (the share itself cannot
/// be read: nothing is known about its files then), canceled, or the sink's.
Result<ScanReport> scan_share(const ShareLocation& share,
                              const ScanSink& sink,
                              const ScanOptions& options = {});

}  // namespace freshet::store
