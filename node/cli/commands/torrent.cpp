#include "node/cli/commands/torrent.h"

#include <filesystem>

#include <CLI/App.hpp>
#include <nlohmann/json.hpp>
#include <sys/stat.h>

#include "node/cli/exit_code.h"
#include "node/cli/json_view.h"
#include "node/cli/session.h"
#include "node/cli/text.h"
#include "node/store/file_io.h"
#include "node/store/safe_name.h"

namespace freshet::cli {
namespace {

constexpr std::string_view kStdout = "-";
constexpr mode_t kMode = S_IRUSR | S_IWUSR | S_IRGRP | S_IROTH;

wire::bt::TorrentKind kind_of(const TorrentVersion& version) {
  if (version.hybrid) return wire::bt::TorrentKind::hybrid;
  return version.v2 ? wire::bt::TorrentKind::v2 : wire::bt::TorrentKind::v1;
}

// A folder is named by its path, which the daemon knows as the disk has it.
std::string named(const std::string& what) {
  std::error_code failed;
  if (what.find('/') == std::string::npos || !std::filesystem::is_directory(what, failed))
    return what;
  const auto path = std::filesystem::canonical(what, failed);
  return failed ? what : path.string();
}

// Hashing a large file takes its time.
Result<api::TorrentText> ask(Session& session,
                             const std::string& what,
                             const TorrentVersion& version) {
  return session.ask(api::TorrentRequest{.what = named(what), .kind = kind_of(version)},
                     api::ControlClient::kForever);
}

void hint(Session& session, const api::TorrentText& text) {
  if (!text.trackers.empty()) return;
  session.output().message(
      "this node does not answer BitTorrent clients; it does after: freshet up --bittorrent, and "
      "the torrent names it as tracker only if it is made then");
}

// Where the file goes; -o names a folder or the file itself.
std::string path_for(const TorrentOptions& options, const api::TorrentText& text) {
  const std::string own = store::safe_file_name(text.name, text.id) + ".torrent";
  if (!options.output) return own;
  std::error_code failed;
  if (std::filesystem::is_directory(*options.output, failed)) return *options.output + "/" + own;
  return *options.output;
}

// A file that was not named by the user is not written over, unless it is the same.
Status write_file(const TorrentOptions& options, const std::string& path, const Bytes& bytes) {
  const auto before = store::read_small_file(path, bytes.size());
  const bool same = before && *before && **before == bytes;
  const bool is_there = !before || *before;
  if (same) return kOk;
  const bool is_named = options.output && *options.output == path;
  if (is_there && !is_named)
    return Error{ErrorCode::io, path + " is there already, and is another; name it with -o FILE"};
  return store::replace_file(path, bytes, kMode);
}

void declare_version(CLI::App& command, TorrentVersion& version) {
  auto* v2 = command.add_flag("--v2", version.v2, "For clients of BitTorrent v2 alone");
  command.add_flag("--hybrid", version.hybrid, "For clients of either version")->excludes(v2);
}

}  // namespace

void declare_torrent(CLI::App& root, TorrentOptions& torrent, MagnetOptions& magnet) {
  auto* file = root.add_subcommand(
      "torrent", "Write a .torrent of a shared file or folder, for any BitTorrent client");
  file->add_option("WHAT",
                   torrent.what,
                   "An id, the number of a result of the last search, or the path of a shared "
                   "folder")
      ->type_name("")
      ->required();
  file->add_option("-o,--output", torrent.output, "Where to: a file, a folder, or - for stdout")
      ->type_name("PATH");
  declare_version(*file, torrent.version);
  auto* link = root.add_subcommand(
      "magnet", "Print a magnet link of a shared file or folder, for any BitTorrent client");
  link->add_option("WHAT", magnet.what, "As for torrent")->type_name("")->required();
  declare_version(*link, magnet.version);
}

Status check(const TorrentOptions& options, bool json) {
  if (options.output && options.output->empty())
    return Error{ErrorCode::invalid, "-o: the path is empty"};
  if (json && options.output == kStdout)
    return Error{ErrorCode::invalid, "-o - and --json both want stdout; give a file to -o"};
  return kOk;
}

int run(Session& session, const TorrentOptions& options) {
  const auto text = ask(session, options.what, options.version);
  if (!text) return session.fail(text.error());
  hint(session, *text);
  if (options.output == kStdout) {
    session.output().raw(text_of(text->file));
    session.output().flush();
    return kExitOk;
  }
  const std::string path = path_for(options, *text);
  if (const Status written = write_file(options, path, text->file); !written)
    return session.fail(written.error());
  if (session.json()) {
    auto view = json_of(*text);
    view["path"] = path;
    session.output().json(view);
  } else {
    session.output().line(session.output().out().is_terminal ? escape_text(path) : path);
  }
  return kExitOk;
}

int run(Session& session, const MagnetOptions& options) {
  const auto text = ask(session, options.what, options.version);
  if (!text) return session.fail(text.error());
  hint(session, *text);
  if (session.json()) {
    session.output().json(json_of(*text));
  } else {
    session.output().line(text->magnet);
  }
  return kExitOk;
}

}  // namespace freshet::cli
