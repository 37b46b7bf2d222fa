// What this node found wrong with publication records, so that one record is not hashed for
// everybody who brings it, and nobody keeps the node hashing. Only what follows from the content
// and the torrent's own name counts against that torrent: a record that is badly signed or altered
// says nothing about the true one. Sans-IO.
#pragma once

#include <cstddef>
#include <deque>

#include "node/base/endpoint.h"
#include "node/base/ids.h"
#include "node/base/time.h"

namespace freshet::core::bittorrent {

class RefusedRecords {
 public:
  static constexpr std::size_t kMaxRemembered = 1024;  ///< the oldest gives way
  static constexpr std::size_t kMaxPerSender = 8;      ///< false ones within kSenderMemory
  static constexpr Duration kSenderMemory = std::chrono::hours(1);
  static constexpr Duration kUnreadableMemory = std::chrono::seconds(60);

  struct Torrent {
    InfoHash name;
    ContentId content;
    friend bool operator==(const Torrent&, const Torrent&) = default;
  };

  /// The torrent is not of that content.
  void found_false(const Torrent& torrent, const Endpoint& sender, TimePoint now);
  /// The record says nothing of the torrent: it counts against who brought it, alone.
  void found_unsound(const Endpoint& sender, TimePoint now);
  /// It could not be checked: the files cannot be read now.
  void found_unreadable(const Torrent& torrent, TimePoint now);

  /// Whether checking it would be in vain.
  [[nodiscard]] bool is_known(const Torrent& torrent, TimePoint now) const;
  /// Whether that address (an IPv6 network of 64 bits) brought too many false ones.
  [[nodiscard]] bool is_over_limit(const Endpoint& sender, TimePoint now) const;
  [[nodiscard]] std::size_t size() const { return refused_.size(); }

 private:
  struct Refused {
    Torrent torrent;
    TimePoint at;
    bool is_false = false;  ///< of the torrent
    bool is_unsound = false;
    Endpoint sender = {};
  };
  void add(Refused refused);

  std::deque<Refused> refused_;  ///< oldest first
};

}  // namespace freshet::core::bittorrent
