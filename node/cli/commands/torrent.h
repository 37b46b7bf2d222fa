// `torrent` and `magnet`: a shared file for those who run another BitTorrent client.
#pragma once

#include <optional>
#include <string>

#include "node/base/result.h"
#include "node/cli/cli11_fwd.h"

namespace freshet::cli {

class Session;

/// Which version of BitTorrent; v1 when neither is set.
struct TorrentVersion {
  bool v2 = false;
  bool hybrid = false;
};
struct TorrentOptions {
  std::string what;
  std::optional<std::string> output;  ///< -o FILE, a folder, or "-" for stdout
  TorrentVersion version;
};
struct MagnetOptions {
  std::string what;
  TorrentVersion version;
};

void declare_torrent(CLI::App& root, TorrentOptions& torrent, MagnetOptions& magnet);
/// `json`: --json was given, too.
Status check(const TorrentOptions& options, bool json);
int run(Session& session, const TorrentOptions& options);
int run(Session& session, const MagnetOptions& options);

}  // namespace freshet::cli
