// A neighbour of two nodes that does not keep to its part as a third: it carries queries and hits
// from one to the other, comes when the one asks to be joined with the other (relay_frames.h), and
// then does with the bytes that it should copy as it likes. Runs on a thread of its own.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>
#include <thread>

#include "tests/support/raw_peer.h"

namespace freshet::testing {

enum class Deed : std::uint8_t {
  copies,       ///< what a third should do
  alters,       ///< one bit of what the source says, behind the first MiB
  alters_soon,  ///< one bit of the first that it says
  poses,        ///< says that the two are joined, and answers in the source's place
};

class HostileThird {
 public:
  /// Greets both. `own`: its address, which both reach. `marker`: what it looks for in what passes.
  HostileThird(const std::string& own,
               const std::string& asker,
               const std::string& source,
               std::string marker,
               Deed deed);
  ~HostileThird();
  HostileThird(const HostileThird&) = delete;
  HostileThird& operator=(const HostileThird&) = delete;
  HostileThird(HostileThird&&) = delete;
  HostileThird& operator=(HostileThird&&) = delete;

  [[nodiscard]] std::uint64_t joined() const { return joined_; }
  [[nodiscard]] std::uint64_t passed_bytes() const { return passed_; }
  [[nodiscard]] std::uint64_t altered() const { return altered_; }
  /// What passed that was no TLS from its first bytes on, or had the marker in it.
  [[nodiscard]] std::uint64_t readable() const { return readable_; }
  /// Handshakes in the source's place: begun, and brought to their end.
  [[nodiscard]] std::uint64_t posed() const { return posed_; }
  [[nodiscard]] std::uint64_t believed() const { return believed_; }

 private:
  struct Door;
  struct Guest;

  void run();
  /// Takes a frame from one side and does what a neighbour does with it.
  void carry(TlsPeer& from, TlsPeer& to);
  void welcome_asker();
  void welcome_source();
  void join(Guest& source);
  bool pass(Guest& from, Guest& to, bool is_from_source);
  void pose();

  std::string own_;
  std::string marker_;
  Deed deed_;
  TlsPeer to_asker_;
  TlsPeer to_source_;
  std::unique_ptr<Door> asker_door_;
  std::unique_ptr<Door> source_door_;
  std::unique_ptr<Guest> asker_;   ///< waits to be joined
  std::uint64_t from_source_ = 0;  ///< bytes, in this relay
  std::atomic<bool> over_ = false;
  std::atomic<std::uint64_t> joined_ = 0;
  std::atomic<std::uint64_t> passed_ = 0;
  std::atomic<std::uint64_t> altered_ = 0;
  std::atomic<std::uint64_t> readable_ = 0;
  std::atomic<std::uint64_t> posed_ = 0;
  std::atomic<std::uint64_t> believed_ = 0;
  std::thread thread_;
};

}  // namespace freshet::testing
