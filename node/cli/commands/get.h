// `get` and `downloads`: files from the mesh and from BitTorrent clients, verified, and how far
// they are.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "node/api/messages.h"
#include "node/base/result.h"
#include "node/cli/cli11_fwd.h"

namespace freshet::cli {

class Session;

struct DownloadsOptions {};
struct GetOptions {
  /// Numbers, ids or their beginnings; torrent files and magnet links.
  std::vector<std::string> what;
  std::vector<std::string> sources = {};  ///< of torrents: HOST:PORT
  std::optional<std::string> output;      ///< -o PATH, or "-" for stdout
  std::optional<double> timeout_s;
  std::uint64_t rate = 0;                    ///< bytes a second at most; 0: no limit
  bool polite = false;                       ///< gives way to other traffic
  std::optional<api::ByteRange> range = {};  ///< what of it goes to stdout
};

void declare_get(CLI::App& root, GetOptions& options);
/// `json`: --json was given, too.
Status check(const GetOptions& options, bool json);
int run(Session& session, const GetOptions& options);
int run(Session& session, const DownloadsOptions& options);

/// Where -o PATH puts a file: into `folder`, under `file_name` or, where that is empty, under its
/// own.
struct Destination {
  std::string folder;
  std::string file_name;
};
/// PATH is a folder when there is one, or when it ends in a slash; then it is made. `several` files
/// need a folder. Errors: invalid, io.
Result<Destination> destination_of(const std::optional<std::string>& output, bool several);

}  // namespace freshet::cli
