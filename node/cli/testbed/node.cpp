#include "node/cli/testbed/node.h"

#include <chrono>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <optional>
#include <utility>

#include <asio/io_context.hpp>
#include <asio/steady_timer.hpp>

#include "node/api/control_server.h"
#include "node/cli/exit_code.h"
#include "node/cli/output.h"
#include "node/core/strategy_id.h"
#include "node/io/host/daemon.h"
#include "node/store/state_dir.h"

namespace freshet::cli {
namespace {

/// Between a change and the news of it: what happens meanwhile goes along.
constexpr std::chrono::milliseconds kGather{20};

class TestbedNode final : public api::Service {
 public:
  TestbedNode(asio::io_context& io, store::StatePaths paths)
      : io_(io),
        paths_(std::move(paths)),
        tell_(io),
        hashing_(io) {}

  void testbed_run(const api::TestbedRunRequest& request,
                   const api::Responder<api::TestbedRunRequest>& reply) override;
  void testbed_link(const api::TestbedLinkRequest& request,
                    const api::Responder<api::TestbedLinkRequest>& reply) override;
  void testbed_ask(const api::TestbedAskRequest& request,
                   const api::Responder<api::TestbedAskRequest>& reply) override;

 private:
  Result<std::unique_ptr<io::Daemon>> open(const io::testbed::Setup& setup);
  void share(const std::string& folder);
  void wait_for_hashes();
  void say_ready();
  void tell_soon();
  void tell();

  asio::io_context& io_;
  store::StatePaths paths_;
  asio::steady_timer tell_;
  asio::steady_timer hashing_;
  std::unique_ptr<io::Daemon> daemon_;
  std::optional<api::Responder<api::TestbedRunRequest>> news_;
  std::uint64_t told_ = 0;
  bool ready_ = false;
  bool telling_ = false;
};

Result<std::unique_ptr<io::Daemon>> TestbedNode::open(const io::testbed::Setup& setup) {
  io::DaemonOptions options{.paths = paths_,
                            .name = "node-" + std::to_string(setup.node),
                            .listen = Endpoint::parse(setup.listen),
                            .peers = {},
                            .discover = setup.discover,
                            .beacon = false,
                            .share_finished = false,
                            .testbed = setup};
  if (!options.listen) {
    return Error{ErrorCode::invalid, "'" + setup.listen + "' is not ADDR:PORT"};
  }
  return io::Daemon::open(io_, options);
}

void TestbedNode::testbed_run(const api::TestbedRunRequest& request,
                              const api::Responder<api::TestbedRunRequest>& reply) {
  if (daemon_) {
    reply.fail({ErrorCode::invalid, "this daemon is in a testbed already"});
    return;
  }
  auto daemon = open(request.setup);
  if (!daemon) {
    reply.fail(daemon.error());
    return;
  }
  daemon_ = std::move(*daemon);
  news_ = reply;
  // Nobody is left who would read anything: no farewells.
  news_->on_gone([this] { io_.stop(); });
  daemon_->testbed()->on_news([this] { tell_soon(); });
  daemon_->start([this, folder = request.setup.share] { share(folder); });
}

void TestbedNode::share(const std::string& folder) {
  if (folder.empty()) {
    say_ready();
    return;
  }
  daemon_->library().add_share(folder, [this](const Result<io::ShareSummary>& share) {
    if (share) {
      wait_for_hashes();
    } else {
      news_->fail(share.error());
    }
  });
}

void TestbedNode::wait_for_hashes() {
  const io::LibraryTotals& totals = daemon_->library().totals();
  if (totals.hashed_files == totals.files) {
    say_ready();
    return;
  }
  hashing_.expires_after(kGather);
  hashing_.async_wait([this](const std::error_code& canceled) {
    if (!canceled) wait_for_hashes();
  });
}

void TestbedNode::say_ready() {
  ready_ = true;
  tell();
}

void TestbedNode::tell_soon() {
  if (!ready_ || std::exchange(telling_, true)) return;
  tell_.expires_after(kGather);
  tell_.async_wait([this](const std::error_code& canceled) {
    telling_ = false;
    if (!canceled) tell();
  });
}

void TestbedNode::tell() {
  io::testbed::News news = daemon_->testbed()->take_news();
  news.number = ++told_;
  news.address = daemon_->listen_addresses().front();
  news_->event(news);
  if (daemon_->testbed()->is_restless()) tell_soon();
}

void TestbedNode::testbed_link(const api::TestbedLinkRequest& request,
                               const api::Responder<api::TestbedLinkRequest>& reply) {
  if (!daemon_) {
    reply.fail({ErrorCode::invalid, "this daemon is not in a testbed yet"});
    return;
  }
  for (const std::string& peer : request.peers) daemon_->add_peer(peer);
  if (request.begins) daemon_->testbed()->begin();
  if (ready_) tell();  // whoever hears the end of this has been told what was before it
  reply.done({});
}

void TestbedNode::testbed_ask(const api::TestbedAskRequest& request,
                              const api::Responder<api::TestbedAskRequest>& reply) {
  const auto strategy = core::strategy_named(request.strategy);
  if (!daemon_ || !strategy) {
    reply.fail({ErrorCode::invalid, "this daemon cannot ask that"});
    return;
  }
  wire::Query query;
  query.terms = request.terms;
  daemon_->testbed()->ask(request.guid,
                          std::move(query),
                          {.ask = {},
                           .query = {},
                           .ttl = static_cast<std::uint8_t>(request.ttl),
                           .strategy = *strategy,
                           .wanted = request.wanted});
  reply.done({});
}

}  // namespace

int run_testbed_node(const UpOptions& options) {
  Output output;
  const auto paths = store::resolve_state(options.state, store::Environment::current());
  if (!paths) return output.fail(paths.error(), exit_code_of(paths.error().code));
  asio::io_context io{1};
  std::error_code failed;
  std::filesystem::create_directories(paths->dir, failed);
  TestbedNode node(io, *paths);
  auto control = api::ControlServer::listen(io, {.state_dir = paths->dir}, node);
  if (!control) return output.fail(control.error(), exit_code_of(control.error().code));
  std::fprintf(stderr, "ready: waiting for a testbed\n");
  std::fflush(stderr);
  io.run();
  // Nothing of a testbed's node outlives it: no state to save, no caches to write.
  std::_Exit(kExitOk);
}

}  // namespace freshet::cli
