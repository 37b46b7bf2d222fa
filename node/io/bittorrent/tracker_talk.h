// One announce to one tracker and the answer to it, whatever it is said in: how it begins and how
// it ends. On the io thread.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include <asio/ip/tcp.hpp>
#include <asio/steady_timer.hpp>

#include "node/base/result.h"
#include "node/wire/bt/announce.h"
#include "node/wire/bt/tracker_url.h"

namespace freshet::io {

/// For all of it: names that are resolved, addresses that are tried, the answer.
inline constexpr std::chrono::seconds kTrackerPatience{10};

struct TrackerQuestion {
  wire::bt::TrackerUrl where;
  wire::bt::Announce announce;
  std::uint64_t got_bytes = 0;
};

class TrackerTalk : public std::enable_shared_from_this<TrackerTalk> {
 public:
  /// Called once, unless it is given up.
  using Done = std::function<void(const Result<wire::bt::HeardAnnounce>&)>;

  virtual ~TrackerTalk() = default;
  TrackerTalk(const TrackerTalk&) = delete;
  TrackerTalk& operator=(const TrackerTalk&) = delete;

  /// It keeps itself until it ends. Once.
  void begin();
  /// The same where the host's addresses are known.
  void begin_at(const std::vector<asio::ip::address>& addresses);
  void give_up();

 protected:
  TrackerTalk(asio::io_context& io, TrackerQuestion question, Done done);

  [[nodiscard]] const TrackerQuestion& question() const { return question_; }
  [[nodiscard]] bool is_over() const { return over_; }
  /// Of kTrackerPatience.
  [[nodiscard]] std::chrono::steady_clock::duration time_left() const;
  void fail(const std::string& why);
  void finish(const Result<wire::bt::HeardAnnounce>& result);

 private:
  /// The tracker's host has these addresses, one at least. May end it.
  virtual void ask(const std::vector<asio::ip::address>& addresses) = 0;
  /// Whatever is on comes to its end.
  virtual void close() = 0;
  void start_patience();
  void end();

  asio::ip::tcp::resolver resolver_;
  asio::steady_timer patience_;
  TrackerQuestion question_;
  Done done_;
  bool over_ = false;
};

}  // namespace freshet::io
