#include "node/cli/commands/get.h"

#include <algorithm>
#include <chrono>
#include <filesystem>

#include <CLI/App.hpp>

#include "node/base/id_text.h"
#include "node/cli/commands/share.h"
#include "node/cli/exit_code.h"
#include "node/cli/json_view.h"
#include "node/cli/progress.h"
#include "node/cli/put_file.h"
#include "node/cli/range_text.h"
#include "node/cli/rate_text.h"
#include "node/cli/seconds.h"
#include "node/cli/session.h"
#include "node/cli/text.h"
#include "node/cli/to_stdout.h"
#include "node/io/net/dialer.h"
#include "node/store/file_io.h"
#include "node/wire/bt/magnet.h"
#include "node/wire/bt/torrent_layout.h"

namespace freshet::cli {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kIdDigits = ContentId::kSize * 2;
constexpr std::string_view kStdout = "-";

bool begins_with(std::string_view text, std::string_view front) {
  return text.substr(0, front.size()) == front;
}
bool ends_with(std::string_view text, std::string_view back) {
  return text.size() >= back.size() && text.substr(text.size() - back.size()) == back;
}

bool is_magnet(const std::string& what) {
  return begins_with(what, "magnet:");
}
bool is_torrent_file(const std::string& what) {
  return ends_with(what, ".torrent");
}

// The daemon reads it again, and may be the only one to know what is in its way then.
Status check_torrent(const std::string& path) {
  const auto bytes = store::read_small_file(path, wire::bt::kMaxTorrentFileBytes);
  if (!bytes) return bytes.error();
  if (!*bytes) return Error{ErrorCode::invalid, path + ": there is no such file"};
  const auto torrent = wire::bt::read_torrent(**bytes);
  if (torrent) return kOk;
  return Error{ErrorCode::invalid, path + ": " + torrent.error().message};
}

Status check_polite(const GetOptions& options) {
  for (const std::string& what : options.what) {
    if (options.polite && (is_magnet(what) || is_torrent_file(what)))
      return Error{ErrorCode::invalid,
                   "--polite: is for contents of the mesh; use --rate with torrents"};
  }
  return kOk;
}

Status check_sources(const GetOptions& options) {
  for (const std::string& source : options.sources) {
    if (const auto target = io::parse_host_port(source); !target) return target.error();
  }
  const bool some_torrent =
      std::any_of(options.what.begin(), options.what.end(), [](const std::string& what) {
        return is_magnet(what) || is_torrent_file(what);
      });
  if (options.sources.empty() || some_torrent) return kOk;
  return Error{ErrorCode::invalid, "--source: is for torrents; in the mesh sources are found"};
}

Status check_what(const std::string& what) {
  if (is_magnet(what)) {
    const auto magnet = wire::bt::parse_magnet(what);
    return magnet ? Status(kOk)
                  : Error{ErrorCode::invalid, "the magnet link: " + magnet.error().message};
  }
  if (is_torrent_file(what)) return check_torrent(what);
  const bool hex = what.find_first_not_of("0123456789abcdefABCDEF") == std::string::npos;
  if (!what.empty() && hex && what.size() <= kIdDigits) return kOk;
  return Error{
      ErrorCode::invalid,
      "'" + what
          + "' is neither a result's number nor an id (64 hexadecimal digits, or its beginning)"};
}

// One `get` of one thing.
class Getting {
 public:
  Getting(Session& session, const GetOptions& options)
      : session_(session),
        to_stdout_(options.output == kStdout),
        range_(options.range),
        stdout_(session.output(), options.range),
        bar_(session.output().err()) {}

  int run(const api::GetRequest& request) {
    auto done = fetch(request);
    bar_.clear();
    Output& output = session_.output();
    if (done && !request.folder.empty()) {
      // What the daemon had already stays where it is.
      auto placed = put_file(done->path, request.folder, request.file_name);
      if (!placed) return output.fail(placed.error(), exit_code_of_get(placed.error().code));
      done->path = std::move(*placed);
    }
    if (!done) return output.fail(done.error(), exit_code_of_get(done.error().code));
    if (session_.json()) {
      output.json(json_of(*done));
      return kExitOk;
    }
    if (to_stdout_) {
      Status copied = stdout_.finish(done->path, done->size_bytes);
      if (stdout_.missed()) {
        done = fetch(request);
        bar_.clear();
        if (!done) return output.fail(done.error(), exit_code_of_get(done.error().code));
        copied = stdout_.finish(done->path, done->size_bytes);
      }
      return copied ? kExitOk : output.fail(copied.error(), kExitIo);
    }
    // The path is data: to a script it goes byte for byte.
    output.line(output.out().is_terminal ? escape_text(done->path) : done->path);
    output.message(human_size(done->size_bytes) + " from "
                   + count_of(done->sources, "source", "sources") + " in "
                   + human_duration(std::chrono::duration<double>(done->seconds))
                   + ", every piece verified");
    return kExitOk;
  }

 private:
  Result<api::GetDone> fetch(const api::GetRequest& request) {
    auto client = session_.connect();
    if (!client) return client.error();
    // The daemon says when to give up; a source may be hashing a large file first.
    return client->call(
        request, api::ControlClient::kForever, [this](const api::GetProgress& progress) {
          if (to_stdout_ && progress.ready_bytes > 0) {
            bar_.clear();
            stdout_.advance(progress.part, progress.ready_bytes);
          }
          if (session_.json()) {
            session_.output().json(json_of(progress));
          } else {
            show(progress);
          }
        });
  }

  // Of a range what is read and how much that is, where its end is known.
  void show(const api::GetProgress& progress) {
    std::uint64_t done = progress.done_bytes;
    std::uint64_t size = progress.size_bytes;
    if (range_ && size > range_->offset) {
      done = std::max(progress.ready_bytes, range_->offset) - range_->offset;
      size = range_->length.value_or(size - range_->offset);
    }
    bar_.show({.done_bytes = done,
               .size_bytes = size,
               .sources = progress.sources,
               .bytes_per_second = speed_.update(done, std::chrono::steady_clock::now())});
  }

  Session& session_;
  bool to_stdout_;
  std::optional<api::ByteRange> range_;
  ToStdout stdout_;
  ProgressBar bar_;
  Speed speed_;
};

std::string percent(const api::DownloadInfo& download) {
  if (download.size_bytes == 0) return download.state == api::DownloadState::done ? "100%" : "-";
  const double share =
      static_cast<double>(download.done_bytes) / static_cast<double>(download.size_bytes);
  return std::to_string(static_cast<int>(std::clamp(share, 0.0, 1.0) * 100)) + "%";
}

}  // namespace

void declare_get(CLI::App& root, GetOptions& options) {
  auto* get =
      root.add_subcommand("get", "Fetch files from all who have them, and verify every piece");
  get->add_option("WHAT",
                  options.what,
                  "Numbers of the last search's results, ids, .torrent files or magnet links")
      ->type_name("")
      ->required();
  get->add_option("-o,--output", options.output, "Put it here: a folder, a file, or - for stdout")
      ->type_name("PATH|-");
  get->add_option(
         "--timeout", options.timeout_s, "Give up when no source appears for so long; default 10")
      ->type_name("SECONDS")
      ->check(seconds_range());
  get->add_option("--source",
                  options.sources,
                  "A BitTorrent client that has the torrent, beside those that its tracker knows")
      ->type_name("HOST:PORT")
      ->allow_extra_args(false);
  add_rate(*get, "--rate", options.rate, "Fetch no more than so much a second");
  add_range(*get,
            "--range",
            options.range,
            "With -o -, write these bytes alone, TO not among them, such as 1M..2M or 500..");
  get->add_flag("--polite", options.polite, "Give way to whatever else loads the network");
  root.add_subcommand("downloads", "List unfinished and finished downloads");
}

Status check(const GetOptions& options, bool json) {
  for (const std::string& what : options.what) {
    if (Status status = check_what(what); !status) return status;
  }
  if (Status status = check_sources(options); !status) return status;
  if (Status status = check_polite(options); !status) return status;
  if (options.range && options.output != kStdout)
    return Error{ErrorCode::invalid, "--range: goes with -o -, which writes to stdout"};
  if (!options.output) return kOk;
  if (options.output->empty()) return Error{ErrorCode::invalid, "-o: the path is empty"};
  if (*options.output != kStdout) return kOk;
  if (json)
    return Error{ErrorCode::invalid, "-o - and --json both write to stdout; use one of them"};
  if (options.what.size() > 1) return Error{ErrorCode::invalid, "-o - takes one file at a time"};
  const std::string& only = options.what.front();
  if (is_magnet(only) || is_torrent_file(only))
    return Error{ErrorCode::invalid, "-o - is for contents of the mesh; torrents go to a folder"};
  return kOk;
}

Result<Destination> destination_of(const std::optional<std::string>& output, bool several) {
  if (!output || *output == kStdout) return Destination{};
  std::error_code failed;
  const std::string path = absolute_path(*output);
  if (fs::is_directory(path, failed)) return Destination{.folder = path, .file_name = {}};
  if (ends_with(*output, "/")) {
    if (fs::create_directories(path, failed) || fs::is_directory(path)) {
      return Destination{.folder = path, .file_name = {}};
    }
    return Error{ErrorCode::io, "cannot make the folder " + path + ": " + failed.message()};
  }
  if (several) {
    return Error{ErrorCode::invalid, "-o: several files need a folder; say " + *output + "/"};
  }
  const fs::path parent = fs::path(path).parent_path();
  if (!fs::is_directory(parent, failed)) {
    return Error{ErrorCode::io, "-o: there is no folder " + parent.string()};
  }
  return Destination{.folder = parent.string(), .file_name = fs::path(path).filename().string()};
}

int run(Session& session, const GetOptions& options) {
  // Whether somebody listens comes before what is made on the disk.
  if (auto client = session.connect(); !client) {
    return session.output().fail(client.error(), exit_code_of(client.error().code));
  }
  const auto destination = destination_of(options.output, options.what.size() > 1);
  if (!destination) {
    return session.output().fail(destination.error(), exit_code_of(destination.error().code));
  }
  int first_failure = kExitOk;
  for (const std::string& what : options.what) {
    api::GetRequest request;
    request.what = is_torrent_file(what) ? absolute_path(what) : what;
    request.sources = options.sources;
    request.folder = destination->folder;
    request.file_name = destination->file_name;
    if (options.timeout_s) request.timeout = millis_of(*options.timeout_s);
    request.rate = options.rate;
    request.polite = options.polite;
    request.in_order = options.output == kStdout;
    request.range = options.range;
    const int code = Getting(session, options).run(request);
    if (first_failure == kExitOk) first_failure = code;
    if (code == kExitInterrupted) break;
  }
  return first_failure;
}

int run(Session& session, const DownloadsOptions& /*options*/) {
  const auto downloads = session.ask(api::DownloadsRequest{});
  Output& output = session.output();
  if (!downloads) return output.fail(downloads.error(), exit_code_of(downloads.error().code));
  if (session.json()) {
    output.json(json_of(*downloads));
    return kExitOk;
  }
  if (downloads->downloads.empty()) {
    output.message("no downloads");
    return kExitOk;
  }
  Table table({{"ID"}, {"STATE"}, {"DONE", true}, {"SIZE", true}, {"SOURCES", true}, {"NAME"}});
  for (const api::DownloadInfo& download : downloads->downloads) {
    table.add({shown_id(download.id),
               std::string(word_for(download.state)),
               percent(download),
               human_size(download.size_bytes),
               std::to_string(download.sources),
               download.name});
  }
  for (const std::string& line : table.lines()) output.line(line);
  return kExitOk;
}

}  // namespace freshet::cli
