// Network namespaces for the daemons of a testbed: one each, and real (virtual Ethernet) wires
// between them, with rates by tc-tbf. Everything hangs on this process and its daemons: the bridge
// is in a namespace that this process makes for itself, and with the last process in it a namespace
// goes, and its wires with it. So nothing is left on the machine, however the testbed ends.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <sys/types.h>

#include "node/base/result.h"
#include "node/sim/topology.h"

namespace freshet::cli {

enum class WireKind : std::uint8_t {
  bridge,  ///< every node has one wire, to a switch
  links,   ///< a wire for each edge of the topology, and no other way
};

struct WirePlan {
  WireKind kind = WireKind::bridge;
  const sim::Topology* topology = nullptr;  ///< outlives the wires
  /// Real; 0: no limit. Of what a node sends, or, with `links`, of each wire in each direction.
  std::uint64_t bytes_per_s = 0;
  std::filesystem::path folder;  ///< for the scripts of ip(8) and tc(8)
};

class Wires {
 public:
  using Plugged = std::vector<std::pair<std::uint32_t, pid_t>>;

  /// Moves the calling thread into a new network namespace. Errors (io) say what is missing: root,
  /// a program, or the machine's leave.
  static Result<std::unique_ptr<Wires>> make(const WirePlan& plan);
  Wires(const Wires&) = delete;
  Wires& operator=(const Wires&) = delete;
  ~Wires() = default;

  /// Where a node listens, "ADDR:PORT".
  [[nodiscard]] std::string listen_of(std::uint32_t node) const;
  /// Where `from` reaches it. REQUIRES: an edge, with `links`.
  [[nodiscard]] std::string address_of(std::uint32_t node, std::uint32_t from) const;

  /// Wires processes up that are in namespaces of their own already.
  Status plug(const Plugged& nodes);
  /// The node is dead: what is left of its wires at its neighbours goes.
  Status unplug(std::uint32_t node);
  /// Nothing passes between nodes of one side and the other, until heal().
  Status cut(const std::vector<bool>& sides);
  Status heal();

 private:
  struct Cable {
    std::string name;  ///< of both its ends
    std::uint32_t a = 0;
    std::uint32_t b = 0;
  };

  explicit Wires(const WirePlan& plan) : plan_(plan) {}
  Status plug_into_bridge(const Plugged& nodes);
  Status plug_into_neighbours(const Plugged& nodes);
  Status switch_cut_cables(std::string_view state);
  void add_rate(std::string& script, const std::string& interface) const;
  /// Runs ip or tc with a script, in a node's namespace or in this one.
  Status run(const std::string& tool, const std::string& script, pid_t in = 0) const;

  WirePlan plan_;
  std::map<std::uint32_t, pid_t> nodes_;  ///< that are plugged in
  std::map<std::size_t, Cable> cables_;   ///< by the number of their edge
  std::uint32_t made_ = 0;                ///< cables, ever
  std::vector<bool> sides_;               ///< while cut
};

}  // namespace freshet::cli
