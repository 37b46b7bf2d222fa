// `freshet up`: opens the node, its control socket and its shares, says when it is ready, and runs
// until it is told to stop.
#include <array>
#include <csignal>
#include <cstdio>
#include <memory>
#include <utility>

#include <asio/io_context.hpp>
#include <asio/signal_set.hpp>
#include <asio/steady_timer.hpp>
#include <nlohmann/json.hpp>
#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>
#include <sys/resource.h>
#include <unistd.h>

#include "node/api/control_server.h"
#include "node/api/node_service.h"
#include "node/cli/exit_code.h"
#include "node/cli/metadata/worker.h"
#include "node/cli/output.h"
#include "node/cli/testbed/node.h"
#include "node/cli/up.h"
#include "node/io/host/daemon.h"
#include "node/io/net/dialer.h"
#include "node/store/scanner.h"
#include "node/store/state_dir.h"
#include "node/wire/overlay/bodies.h"

namespace freshet::cli {
namespace {

// A tree that takes longer to scan does not keep the node from being ready; its names follow as
// they are found.
constexpr std::chrono::milliseconds kWaitForShares{2000};

void set_up_logging() {
  auto logger = std::make_shared<spdlog::logger>("freshet",
                                                 std::make_shared<spdlog::sinks::stderr_sink_st>());
  logger->set_pattern("%Y-%m-%dT%H:%M:%S.%e %l %v");
  logger->set_level(spdlog::level::warn);
  const char* level =
      std::getenv("FRESHET_LOG");  // NOLINT(concurrency-mt-unsafe): before any thread
  if (level != nullptr) logger->set_level(spdlog::level::from_str(level));
  spdlog::set_default_logger(std::move(logger));
}

// Every link and every open file is a descriptor: takes what the system allows.
void raise_file_limit() {
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
  limit.rlim_cur = limit.rlim_max;
  setrlimit(RLIMIT_NOFILE, &limit);
}

// A file beyond the size limit, or a terminal that went away, is an error to report and not the end
// of the daemon.
void ignore_write_signals() {
  std::signal(SIGXFSZ, SIG_IGN);
  std::signal(SIGPIPE, SIG_IGN);
}

std::string own_name(const std::string& wanted) {
  if (!wanted.empty()) return wanted;
  std::array<char, wire::kMaxNodeNameBytes + 1> host{};
  if (gethostname(host.data(), host.size() - 1) != 0) return "freshet";
  return host.data();
}

Result<io::DaemonOptions> daemon_options(const UpOptions& options) {
  const auto paths = store::resolve_state(options.state, store::Environment::current());
  if (!paths) return paths.error();
  const auto polite = options.polite ? std::optional(true) : std::nullopt;
  io::DaemonOptions daemon{
      .paths = *paths,
      .name = own_name(options.name),
      .listen = std::nullopt,
      .peers = options.peers,
      .discover = !options.no_discovery,
      .beacon = !options.no_beacon,
      .share_finished = !options.receive_only,
      .relay = !options.no_relay,
      .serves = !options.receive_only,
      .cache = options.cache,
      .bittorrent = options.bittorrent,
      .rates = {.up = options.up_rate, .down = options.down_rate, .polite = polite}};
  if (!options.no_metadata && !options.receive_only)
    daemon.metadata_worker = {"/proc/self/exe", kMetadataWorkerCommand};
  if (options.listen) {
    daemon.listen = Endpoint::parse(*options.listen);
    if (!daemon.listen) {
      return Error{
          .code = ErrorCode::invalid,
          .message = "--listen takes ADDR:PORT or [ADDR]:PORT, not '" + *options.listen + "'"};
    }
  }
  for (const std::string& peer : options.peers) {
    if (const auto target = io::parse_host_port(peer); !target) return target.error();
  }
  for (const std::string& path : options.paths) {
    if (const auto share = store::resolve_share(path); !share) return share.error();
  }
  return daemon;
}

class Up {
 public:
  explicit Up(const UpOptions& options)
      : options_(options),
        signals_(io_, SIGINT, SIGTERM),
        patience_(io_) {}

  int run();

 private:
  void share_all();
  void share_done();
  void say_ready();
  void stop(int exit_code);
  int fail(const Error& error) { return output_.fail(error, exit_code_of(error.code)); }

  const UpOptions& options_;
  Output output_;
  asio::io_context io_{1};
  asio::signal_set signals_;
  asio::steady_timer patience_;
  std::unique_ptr<io::Daemon> daemon_;
  std::unique_ptr<api::NodeService> service_;
  std::unique_ptr<api::ControlServer> control_;
  std::size_t shares_left_ = 0;
  bool ready_ = false;
  int exit_code_ = kExitOk;
};

int Up::run() {
  const auto options = daemon_options(options_);
  if (!options) return fail(options.error());
  auto daemon = io::Daemon::open(io_, *options);
  if (!daemon) return fail(daemon.error());
  daemon_ = std::move(*daemon);
  service_ = std::make_unique<api::NodeService>(
      io_, *daemon_, options->paths.dir, [this] { stop(kExitOk); });
  auto control = api::ControlServer::listen(io_, {.state_dir = options->paths.dir}, *service_);
  if (!control) return fail(control.error());
  control_ = std::move(*control);
  signals_.async_wait([this](const asio::error_code& canceled, int signal) {
    if (!canceled) stop(signal == SIGINT ? kExitInterrupted : kExitOk);
  });
  daemon_->start([this] { share_all(); });
  io_.run();
  // The client of `down` takes the end of its connection for the end of the daemon: nothing may be
  // left to give back.
  service_.reset();
  daemon_.reset();
  control_.reset();
  return exit_code_;
}

void Up::share_all() {
  shares_left_ = options_.paths.size();
  if (shares_left_ == 0) {
    say_ready();
    return;
  }
  patience_.expires_after(kWaitForShares);
  patience_.async_wait([this](const asio::error_code& canceled) {
    if (!canceled) say_ready();
  });
  for (const std::string& path : options_.paths) {
    daemon_->library().add_share(path, [this](const Result<io::ShareSummary>& share) {
      if (!share) {
        fail(share.error());
        stop(exit_code_of(share.error().code));
        return;
      }
      share_done();
    });
  }
}

void Up::share_done() {
  if (--shares_left_ == 0) say_ready();
}

void Up::say_ready() {
  if (std::exchange(ready_, true)) return;
  patience_.cancel();
  const auto addresses = daemon_->listen_addresses();
  std::fprintf(stderr, "ready: listening on %s\n", addresses.front().c_str());
  std::fflush(stderr);
  if (options_.json) {
    output_.json(
        {{"schema", 1}, {"event", "ready"}, {"id", daemon_->key().hex()}, {"listen", addresses}});
  }
}

void Up::stop(int exit_code) {
  exit_code_ = exit_code;
  signals_.cancel();
  patience_.cancel();
  daemon_->shut_down([this] {
    control_->stop();
    io_.stop();
  });
}

}  // namespace

int run_daemon(const UpOptions& options) {
  set_up_logging();
  raise_file_limit();
  ignore_write_signals();
  if (options.testbed) return run_testbed_node(options);
  return Up(options).run();
}

}  // namespace freshet::cli
