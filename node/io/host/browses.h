// This node's own browses: asks a neighbour for pages of what it shares, no faster than neighbours
// take, and hears no later than it has patience; and remembers what came, for `get`. On the io
// thread.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <list>
#include <map>
#include <memory>
#include <optional>

#include "node/base/ids.h"
#include "node/base/result.h"
#include "node/core/overlay/io.h"
#include "node/io/asio_fwd.h"
#include "node/io/host/listing.h"
#include "node/io/host/searches.h"

namespace freshet::io {

class Browses {
 public:
  using Deliver = std::function<void(core::overlay::Input)>;
  /// The link to a neighbour; nullopt: there is none.
  using LinkTo = std::function<std::optional<LinkId>(const NodeKey&)>;
  using PageDone = std::function<void(Result<wire::BrowsePage>)>;

  /// Pages that are asked of one neighbour at once, and the pause between later ones: half of what
  /// it lets a neighbour ask (core/overlay/guard), because the pages that come count as well.
  static constexpr int kBurst = 150;
  static constexpr std::chrono::milliseconds kPause{6};

  Browses(asio::io_context& io, Searches& searches, Deliver deliver, LinkTo link_to);
  ~Browses();
  Browses(const Browses&) = delete;
  Browses& operator=(const Browses&) = delete;

  /// Asks for one page, not before `pause` is over. `done` is called once, unless stop() comes
  /// first. Errors: no_source (no such neighbour, it left, it says nothing for `patience`, or what
  /// it says is no page), invalid (its version does not know the question).
  void ask(const NodeKey& node,
           const wire::Browse& what,
           std::chrono::milliseconds patience,
           PageDone done,
           std::chrono::milliseconds pause = {});
  void on_browsed(const core::overlay::Browsed& browsed);

  /// From now on `listing` is what numbers and beginnings of ids mean.
  void list(const std::shared_ptr<Listing>& listing);
  void stop();

 private:
  struct Waiting;
  class Results;

  void send(const std::shared_ptr<Waiting>& waiting);
  void end(core::overlay::BrowseId ask, Result<wire::BrowsePage> page);
  std::chrono::steady_clock::duration take_turn(LinkId link);

  asio::io_context& io_;
  Searches& searches_;
  Deliver deliver_;
  LinkTo link_to_;
  std::uint32_t next_ask_ = 1;
  std::list<std::shared_ptr<Waiting>> waiting_;
  /// When the last turn of a link's is over, as TokenBucket has it. Those that are past are
  /// forgotten.
  std::map<std::uint32_t, std::chrono::steady_clock::time_point> turns_;
};

}  // namespace freshet::io
