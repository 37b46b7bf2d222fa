// Machines on one switch, each with a daemon, and filters between them: what tests of paths between
// nodes stand on. Machines are network namespaces, filters are nftables rules in them; without the
// right to make them may_run() says so, and that the test is skipped.
#pragma once

#include <chrono>
#include <filesystem>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <doctest/doctest.h>

#include "tests/support/eventually.h"
#include "tests/support/files.h"
#include "tests/support/lan.h"
#include "tests/support/mesh.h"

namespace freshet::testing {

inline bool may_run() {
  if (enter_lan() && run_program({"nft", "list", "ruleset"}).exit_code == 0) return true;
  MESSAGE(
      "skipped: this machine lets the test make no network namespace or no filter (run as root, "
      "with nftables)");
  return false;
}

inline std::string address(int number) {
  return "10.77.0." + std::to_string(number);
}

/// Machines on one switch, each with a daemon and a folder, linked as the test says.
class Net {
 public:
  explicit Net(int machines) : wire_("wire") {
    for (int i = 1; i <= machines; ++i) {
      machines_.push_back(std::make_unique<Machine>(dir_.path(), i));
      machine(i).plug(wire_, "lan0", {address(i) + "/24"});
      machine(i).run({"nft", "add", "table", "inet", "test"});
      machine(i).run(
          {"nft", "add", "chain", "inet", "test", "in", "{ type filter hook input priority 0; }"});
    }
    daemons_.resize(machines_.size());
  }

  [[nodiscard]] const Machine& machine(int number) const { return *machines_.at(index(number)); }
  [[nodiscard]] const Daemon& daemon(int number) const { return *daemons_.at(index(number)); }
  [[nodiscard]] std::filesystem::path share(int number) const {
    return dir_.folder("share" + std::to_string(number));
  }
  void start(int number, const std::vector<int>& peers, std::vector<std::string> flags = {}) {
    flags.push_back("--no-discovery");
    DaemonOptions options{.paths = {share(number).string()},
                          .listen = "0.0.0.0:7346",
                          .flags = std::move(flags),
                          .wrapper = machine(number).wrapper()};
    for (const int peer : peers) options.peers.push_back(address(peer) + ":7346");
    daemons_.at(index(number)) =
        std::make_unique<Daemon>(dir_.path() / ("state" + std::to_string(number)), options);
  }

  /// Connections to the machine are dropped without a word; those that it makes work.
  void drop_incoming(int number) const {
    machine(number).run({"nft",
                         "add",
                         "rule",
                         "inet",
                         "test",
                         "in",
                         "iif",
                         "!=",
                         "lo",
                         "ct",
                         "state",
                         "new",
                         "drop"});
  }
  /// Nothing passes between the two any more, in either direction.
  void cut(int one, int other) const {
    machine(one).run(
        {"nft", "add", "rule", "inet", "test", "in", "ip", "saddr", address(other), "drop"});
    machine(other).run(
        {"nft", "add", "rule", "inet", "test", "in", "ip", "saddr", address(one), "drop"});
  }

  /// The same, but each end is told by a reset.
  void reset(int one, int other) const {
    for (const auto& [at, from] : {std::pair(one, other), std::pair(other, one)}) {
      machine(at).run({"nft",
                       "add",
                       "rule",
                       "inet",
                       "test",
                       "in",
                       "ip",
                       "saddr",
                       address(from),
                       "meta",
                       "l4proto",
                       "tcp",
                       "reject",
                       "with",
                       "tcp",
                       "reset"});
    }
  }
  /// What was dropped, cut or reset there passes again.
  void open(int number) const {
    machine(number).run({"nft", "flush", "chain", "inet", "test", "in"});
  }
  /// The test itself is on the switch too, at that address.
  void plug_test(const std::string& own) const {
    run_or_throw({"ip", "addr", "add", own + "/24", "dev", wire_.name()});
  }
  /// Whether the kernel watches a connection to `other`'s port on which nothing is under way.
  [[nodiscard]] bool watches_path(int number, int other) const {
    std::vector<std::string> args = machine(number).wrapper();
    for (const char* arg : {"ss", "-Htno", "state", "established", "dst"}) args.emplace_back(arg);
    args.push_back(address(other));
    return run_program(args).out.find("timer:(keepalive") != std::string::npos;
  }

  /// Finds the one file with that name at `number`, and says what `get` has to be given.
  [[nodiscard]] std::string find(int number, const std::string& word) const {
    std::string id;
    REQUIRE(eventually([&] {
      const auto result = daemon(number).cli({"search", word, "--json", "--timeout", "2"});
      for (const Json& hit : result.events("hit")) {
        if (hit.at("id").is_string()) id = hit.at("id").get<std::string>();  // once it is hashed
      }
      return !id.empty();
    }));
    return id;
  }
  /// Fetches it to the end and checks it.
  void fetch(int number, const std::string& word, const std::filesystem::path& original) const {
    const std::string id = find(number, word);
    const auto to = dir_.path() / ("got" + std::to_string(number));
    const auto began = std::chrono::steady_clock::now();
    const auto result = daemon(number).cli({"get", id, "-o", to.string(), "--timeout", "30"});
    INFO(result.err);
    REQUIRE(result.exit_code == 0);
    CHECK(sha256_of(to) == sha256_of(original));
    MESSAGE("fetched in "
            << std::chrono::duration<double>(std::chrono::steady_clock::now() - began).count()
            << " s");
  }
  [[nodiscard]] const TempDir& dir() const { return dir_; }

 private:
  static std::size_t index(int number) { return static_cast<std::size_t>(number - 1); }

  TempDir dir_;
  Switch wire_;
  std::vector<std::unique_ptr<Machine>> machines_;
  std::vector<std::unique_ptr<Daemon>> daemons_;
};

}  // namespace freshet::testing
