#include "node/io/net/discovery.h"

#include <algorithm>
#include <array>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>

#include <asio/io_context.hpp>
#include <asio/post.hpp>
#include <asio/steady_timer.hpp>
#include <spdlog/spdlog.h>

#include "node/base/rng.h"
#include "node/io/net/beacon_places.h"
#include "node/io/net/beacon_socket.h"
#include "node/wire/overlay/beacon.h"

namespace freshet::io {
namespace {

using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;

// From one beacon to the next, as long as the node is new on a network.
constexpr std::array<milliseconds, 2> kOpening = {milliseconds(200), milliseconds(800)};

}  // namespace

struct Discovery::Impl : std::enable_shared_from_this<Impl> {
  Impl(asio::io_context& the_io, const NodeKey& the_self, std::uint16_t the_tcp_port)
      : io(the_io),
        self(the_self),
        tcp_port(the_tcp_port),
        announce_timer(the_io),
        reread_timer(the_io),
        rng(Rng(the_self.bytes).fork("beacon")) {}

  void reread();
  bool update_places();
  bool open(const BeaconPlace& place);
  void announce();
  void announce_all();
  void warn_once(const std::string& interface, const std::string& why);
  void heard(const BeaconPlace& place, ByteView datagram, const Endpoint& from);
  bool is_news(const NodeKey& node, const Endpoint& from);
  bool may_reply(const Endpoint& to);
  bool may_report();
  void reply(const BeaconPlace& place, const Endpoint& to);

  asio::io_context& io;
  NodeKey self;
  std::uint16_t tcp_port;
  std::vector<Endpoint> listening;
  Seen seen;
  DiscoveryConfig config;
  BeaconCodec codec;
  DiscoveryCounters counters;
  std::optional<asio::steady_timer> announce_timer;
  std::optional<asio::steady_timer> reread_timer;
  Rng rng;
  std::vector<std::unique_ptr<BeaconSocket>> sockets;
  std::set<std::string> warned;  ///< interfaces of this machine
  std::size_t openings = 0;      ///< of kOpening, over
  std::map<std::pair<NodeKey, Endpoint>, Clock::time_point> known;
  std::map<Endpoint, Clock::time_point> answered;
  Clock::time_point second;
  std::size_t reported = 0;  ///< in that second
  bool stopped = false;
};

void Discovery::Impl::reread() {
  if (update_places()) {
    openings = 0;
    announce();
  }
  reread_timer->expires_after(config.reread);
  reread_timer->async_wait([impl = shared_from_this()](const asio::error_code& canceled) {
    if (!canceled && !impl->stopped) impl->reread();
  });
}

// True when there is a new one.
bool Discovery::Impl::update_places() {
  const auto places = beacon_places(read_interfaces(), listening, config.max_interfaces);
  std::erase_if(sockets, [&](const auto& each) {
    return std::find(places.begin(), places.end(), each->place()) == places.end();
  });
  bool added = false;
  for (const BeaconPlace& place : places) {
    const bool there = std::any_of(
        sockets.begin(), sockets.end(), [&](const auto& each) { return each->place() == place; });
    if (!there) added = open(place) || added;
  }
  return added;
}

bool Discovery::Impl::open(const BeaconPlace& place) {
  auto opened =
      BeaconSocket::open(io,
                         place,
                         config.udp_port,
                         [weak = weak_from_this(), place](ByteView datagram, const Endpoint& from) {
                           if (const auto impl = weak.lock(); impl && !impl->stopped)
                             impl->heard(place, datagram, from);
                         });
  if (!opened) {
    warn_once(place.interface, opened.error().message);
    return false;
  }
  sockets.push_back(std::move(*opened));
  return true;
}

void Discovery::Impl::announce() {
  announce_all();
  milliseconds after = config.interval;
  if (openings < kOpening.size()) {
    after = kOpening.at(openings++);
  } else if (const auto fifth = config.interval.count() / 5; fifth > 0) {
    const auto jitter = rng.below(static_cast<std::uint64_t>(2 * fifth + 1));
    after += milliseconds(static_cast<milliseconds::rep>(jitter) - fifth);
  }
  announce_timer->expires_after(after);
  announce_timer->async_wait([impl = shared_from_this()](const asio::error_code& canceled) {
    if (!canceled && !impl->stopped) impl->announce();
  });
}

void Discovery::Impl::announce_all() {
  const Bytes datagram = codec.encode({.node = self, .listen_port = tcp_port, .reply = false});
  for (const auto& socket : sockets) {
    std::string refused;
    counters.sent += socket->announce(datagram, refused);
    if (refused.empty()) continue;
    ++counters.send_failed;
    warn_once(socket->place().interface,
              "cannot send beacons on " + socket->place().interface + ": " + refused);
  }
}

void Discovery::Impl::warn_once(const std::string& interface, const std::string& why) {
  if (warned.insert(interface).second) spdlog::warn("{}", why);
}

void Discovery::Impl::heard(const BeaconPlace& place, ByteView datagram, const Endpoint& from) {
  const auto decoded = codec.decode(datagram);
  if (!decoded) {
    ++counters.malformed;
    return;
  }
  const auto* beacon = std::get_if<wire::Beacon>(&*decoded);
  if (beacon == nullptr) {
    ++counters.foreign;
    return;
  }
  if (beacon->node == self) return;
  if (!is_neighbour(place, from)) {
    ++counters.off_link;
    return;
  }
  ++counters.heard;
  if (!beacon->reply && is_news(beacon->node, from)) reply(place, from);
  Endpoint tcp = from;
  tcp.port = beacon->listen_port;
  if (!tcp.is_dialable() || !may_report()) {
    ++counters.suppressed;
    return;
  }
  seen(beacon->node, tcp);
}

// A node that starts again speaks from another UDP port, and is news at once.
bool Discovery::Impl::is_news(const NodeKey& node, const Endpoint& from) {
  const auto now = Clock::now();
  const std::pair key(node, from);
  const auto found = known.find(key);
  if (found != known.end()) {
    const bool forgotten = now - found->second > config.forget;
    found->second = now;
    return forgotten;
  }
  if (known.size() >= config.max_known) {
    std::erase_if(known, [&](const auto& entry) { return now - entry.second > config.forget; });
  }
  if (known.size() < config.max_known) known.emplace(key, now);
  return true;
}

void Discovery::Impl::reply(const BeaconPlace& place, const Endpoint& to) {
  if (!may_reply(to)) {
    ++counters.suppressed;
    return;
  }
  const auto socket = std::find_if(
      sockets.begin(), sockets.end(), [&](const auto& each) { return each->place() == place; });
  if (socket == sockets.end()) return;
  const Bytes datagram = codec.encode({.node = self, .listen_port = tcp_port, .reply = true});
  if (!(*socket)->send(datagram, to)) {
    ++counters.send_failed;
    return;
  }
  ++counters.sent;
  ++counters.replies;
}

bool Discovery::Impl::may_reply(const Endpoint& to) {
  const auto now = Clock::now();
  std::erase_if(answered,
                [&](const auto& entry) { return now - entry.second >= config.reply_gap; });
  return answered.size() < config.max_reply_addresses && answered.emplace(to, now).second;
}

bool Discovery::Impl::may_report() {
  const auto now = Clock::now();
  if (now - second >= std::chrono::seconds(1)) {
    second = now;
    reported = 0;
  }
  return ++reported <= config.max_seen_per_second;
}

Discovery::Discovery(asio::io_context& io,
                     const NodeKey& self,
                     std::uint16_t tcp_port,
                     std::vector<Endpoint> listening,
                     Seen seen)
    : impl_(std::make_shared<Impl>(io, self, tcp_port)) {
  impl_->listening = std::move(listening);
  impl_->seen = std::move(seen);
}

Discovery::~Discovery() {
  stop();
}

void Discovery::set_config(const DiscoveryConfig& config) {
  impl_->config = config;
}

void Discovery::set_codec(const BeaconCodec& codec) {
  impl_->codec = codec;
}

void Discovery::start() {
  asio::post(impl_->io, [impl = impl_] {
    if (impl->stopped) return;
    impl->reread();
    if (impl->sockets.empty()) impl->announce();  // the rhythm goes on without a network
  });
}

void Discovery::stop() {
  if (impl_->stopped) return;
  impl_->stopped = true;
  impl_->announce_timer.reset();
  impl_->reread_timer.reset();
  impl_->sockets.clear();
}

const DiscoveryCounters& Discovery::counters() const {
  return impl_->counters;
}

}  // namespace freshet::io
