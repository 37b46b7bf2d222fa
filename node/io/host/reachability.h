// How this node and its network reach each other, for people: dials that failed, and why; and what
// neighbours find when they dial this node. Decides nothing.
#pragma once

#include <chrono>
#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "node/base/ids.h"
#include "node/core/overlay/io.h"
#include "node/io/asio_fwd.h"
#include "node/io/net/dialer.h"

namespace freshet::io {

struct FailedDial {
  std::string address;
  std::string error;  ///< of the last attempt
};
struct DialBackView {
  NodeKey peer;
  std::string address;  ///< of the peer
  core::overlay::DialBackAnswer answer;
};
/// The network around a node, as it is now.
struct NetworkView {
  bool discover = true;             ///< dials what it learns
  bool beacon = true;               ///< sends beacons
  std::vector<std::string> places;  ///< where to: "eth0 10.0.0.5"
  std::uint64_t beacons_sent = 0;
  std::uint64_t beacons_heard = 0;
  std::uint64_t beacons_foreign = 0;  ///< of other meshes
  std::uint64_t known_hosts = 0;      ///< addresses that it may dial
  std::vector<FailedDial> failed;     ///< the last ones first
};

class Reachability {
 public:
  using Deliver = std::function<void(core::overlay::Input)>;
  using Answers = std::function<void(std::vector<DialBackView>)>;
  static constexpr std::size_t kMaxFailed = 16;
  /// For a neighbour to dial and answer.
  static constexpr std::chrono::milliseconds kPatience{6000};

  Reachability(asio::io_context& io, Dialer& dialer, Deliver deliver);
  ~Reachability();
  Reachability(const Reachability&) = delete;
  Reachability& operator=(const Reachability&) = delete;

  void dial_failed(const std::string& address, const std::string& error);
  void dial_succeeded(const std::string& address);
  [[nodiscard]] std::vector<FailedDial> failed() const { return {failed_.begin(), failed_.end()}; }

  /// Asks neighbours to dial this node, up to `expected` of them; tells what they found, at the
  /// latest after kPatience. One check at a time: an earlier one ends with what it has.
  void check(std::size_t expected, Answers answers);
  void on_answer(DialBackView answer);
  /// A neighbour `peer` at `at` asks.
  void dial_back(const core::overlay::DialBack& asked, const NodeKey& peer, Endpoint at);

 private:
  struct Check;
  void finish();

  asio::io_context& io_;
  Dialer& dialer_;
  Deliver deliver_;
  std::deque<FailedDial> failed_;
  std::unique_ptr<Check> check_;
};

}  // namespace freshet::io
