// Which mesh this node is of, for its connections: makes the proof that each of them begins with,
// judges the peer's, and counts those that fail. A node of the open mesh proves too, under a key
// that everybody knows, so that one of another mesh is told apart from one that is broken.
#pragma once

#include <array>
#include <cstdint>
#include <optional>

#include "node/base/bytes.h"
#include "node/base/ids.h"
#include "node/io/net/mesh_proof.h"

namespace freshet::io {

struct MembershipCounters {
  std::uint64_t wrong = 0;     ///< of another mesh
  std::uint64_t missing = 0;   ///< closed, or silent, where the proof should have come
  std::uint64_t replayed = 0;  ///< seen before on another connection, or our own sent back
};

class Membership {
 public:
  enum class Verdict : std::uint8_t {
    member,
    other_mesh,    ///< both are private, and not of one mesh
    open_peer,     ///< this node is private, the peer is not
    private_peer,  ///< this node is open, the peer is not
    replayed,
  };

  /// The last proofs sent and received, to tell a replay from a wrong key. Either fails without it.
  static constexpr std::size_t kRemembered = 256;

  /// nullopt: the open mesh; else its secret key, of kMeshKeyBytes.
  explicit Membership(std::optional<ByteView> mesh_key);
  ~Membership();
  Membership(const Membership&) = delete;
  Membership& operator=(const Membership&) = delete;

  /// What this node sends. `binding.prover` is this node.
  Sha256 prove(const ProofBinding& binding);
  /// `binding.prover` is the peer. Compares in constant time; what fails is counted.
  Verdict judge(const ProofBinding& binding, const Sha256& received);
  void count_missing() { ++counters_.missing; }
  [[nodiscard]] const MembershipCounters& counters() const { return counters_; }

 private:
  void remember(const Sha256& proof);
  [[nodiscard]] bool remembers(const Sha256& proof) const;

  std::array<Byte, kMeshKeyBytes> key_{};
  bool open_ = true;
  std::array<Sha256, kRemembered> recent_{};
  std::size_t next_ = 0;
  MembershipCounters counters_;
};

}  // namespace freshet::io
