// The daemons of a testbed: child processes of this program, each with a state folder of its own
// below one that goes with the fleet. They are killed when the fleet ends, and by the system when
// this process dies, however it dies.
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "node/api/control_client.h"
#include "node/base/result.h"
#include "node/cli/child_process.h"
#include "node/cli/testbed/wires.h"
#include "node/io/testbed/news.h"

namespace freshet::cli {

class Fleet {
 public:
  using OnNews = std::function<void(std::uint32_t node, const io::testbed::News&)>;
  /// Asked now and then: false ends what is going on, with ErrorCode::canceled.
  using GoOn = std::function<bool()>;

  /// `program`: the freshet binary. `folder` is there, and removed at the end.
  Fleet(std::string program, std::filesystem::path folder, OnNews on_news, GoOn go_on);
  Fleet(const Fleet&) = delete;
  Fleet& operator=(const Fleet&) = delete;
  ~Fleet();

  /// Where a node's files are shared from; they are put there before start().
  [[nodiscard]] std::filesystem::path share_of(std::uint32_t node) const;
  /// Where what a node captures is.
  [[nodiscard]] std::filesystem::path capture_of(std::uint32_t node) const;

  /// From now on daemons are in network namespaces. REQUIRES: none was started.
  void use(std::unique_ptr<Wires> wires) { wires_ = std::move(wires); }
  /// nullptr: all are on loopback.
  [[nodiscard]] Wires* wires() { return wires_.get(); }
  [[nodiscard]] const std::filesystem::path& folder() const { return folder_; }

  /// Starts as many daemons as there are setups, all at a time, and waits until each listens and
  /// knows its files.
  Status start(const std::vector<io::testbed::Setup>& setups);
  /// One more life of a node that is dead.
  Status restart(const io::testbed::Setup& setup);
  /// Lets a node dial others.
  Status link(std::uint32_t node, const std::vector<std::uint32_t>& peers);
  /// All nodes: the workload begins.
  Status begin();
  /// Hears of all nodes what they did until now.
  Status ask_all_for_news();
  Status ask(std::uint32_t node, const api::TestbedAskRequest& request);
  /// kill -9.
  Status kill(std::uint32_t node);
  /// SIGTERM: it says Bye.
  Status send_away(std::uint32_t node);

  /// Takes what the nodes say, until `until` or until on_news was called at least once.
  Status listen(std::chrono::steady_clock::time_point until);

  [[nodiscard]] bool is_alive(std::uint32_t node) const { return nodes_[node].news.has_value(); }
  /// Proportional set size of all living daemons together, of the system.
  [[nodiscard]] std::uint64_t pss_bytes() const;
  /// User and system time of all living daemons so far.
  [[nodiscard]] double cpu_seconds() const;

 private:
  struct Node {
    std::optional<ChildProcess> child;
    std::optional<api::ControlClient> news;  ///< while it lives
    std::string address;
  };
  [[nodiscard]] std::string state_of(std::uint32_t node) const;
  Status spawn(std::uint32_t node);
  Status wait_started(std::uint32_t node);
  Status plug(const std::vector<io::testbed::Setup>& setups);
  Status set_up(const io::testbed::Setup& setup);
  Status wait_ready(std::uint32_t node);
  Status hear(std::uint32_t node);
  template <typename Request>
  Status tell(std::uint32_t node, const Request& request);
  [[nodiscard]] Error failure(std::uint32_t node, const std::string& what) const;

  std::string program_;
  std::filesystem::path folder_;
  std::unique_ptr<Wires> wires_;
  OnNews on_news_;
  GoOn go_on_;
  std::vector<Node> nodes_;
};

/// A folder for a fleet: in memory where the system has room for that. Folders of testbeds that
/// were killed are removed.
Result<std::filesystem::path> make_fleet_folder();

}  // namespace freshet::cli
