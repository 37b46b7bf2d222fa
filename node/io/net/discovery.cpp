#include "node/io/net/discovery.h"

#include <algorithm>
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
#include "node/io/net/interface_watch.h"
#include "node/wire/overlay/beacon.h"

namespace freshet::io {
namespace {

using Clock = std::chrono::steady_clock;

TimePoint now() {
  return TimePoint(Clock::now().time_since_epoch());
}

// A place with its rhythm.
struct Voice {
  std::unique_ptr<BeaconSocket> socket;
  Trickle rhythm;
  /// A node's beacon comes by multicast and by broadcast: it counts once.
  std::optional<Endpoint> last_heard = std::nullopt;
};

}  // namespace

struct Discovery::Impl : std::enable_shared_from_this<Impl> {
  Impl(asio::io_context& the_io, const NodeKey& the_self, std::uint16_t the_tcp_port)
      : io(the_io),
        self(the_self),
        tcp_port(the_tcp_port),
        speak_timer(the_io),
        reread_timer(the_io),
        rng(Rng(the_self.bytes).fork("beacon")) {}

  void begin();
  void reread();
  void update_places();
  void open(const BeaconPlace& place);
  void speak();
  void wait_to_speak();
  void announce(const Voice& voice);
  void warn_once(const std::string& interface, const std::string& why);
  void heard(const BeaconPlace& place, ByteView datagram, const Endpoint& from);
  void judge(Voice& voice, const wire::Beacon& beacon, const Endpoint& from);
  bool may_report();
  void reply(const Voice& voice, const Endpoint& to);

  asio::io_context& io;
  NodeKey self;
  std::uint16_t tcp_port;
  std::vector<Endpoint> listening;
  Seen seen;
  DiscoveryConfig config;
  BeaconCodec codec;
  DiscoveryCounters counters;
  std::optional<asio::steady_timer> speak_timer;
  std::optional<asio::steady_timer> reread_timer;
  std::optional<InterfaceWatch> watch;
  Rng rng;
  std::vector<Voice> voices;
  std::optional<BeaconAnswers> answers;
  std::set<std::string> warned;  ///< interfaces of this machine
  TimePoint second;
  std::size_t reported = 0;  ///< in that second
  bool stopped = false;
};

void Discovery::Impl::begin() {
  answers.emplace(config.answers);
  watch.emplace(io, [this] { update_places(); });
  reread();
}

// The kernel tells of changes (InterfaceWatch); this is for what it does not tell.
void Discovery::Impl::reread() {
  update_places();
  reread_timer->expires_after(config.reread);
  reread_timer->async_wait([impl = shared_from_this()](const asio::error_code& canceled) {
    if (!canceled && !impl->stopped) impl->reread();
  });
}

void Discovery::Impl::update_places() {
  const auto places = beacon_places(read_interfaces(), listening, config.max_interfaces);
  std::erase_if(voices, [&](const Voice& each) {
    return std::find(places.begin(), places.end(), each.socket->place()) == places.end();
  });
  for (const BeaconPlace& place : places) {
    const bool there = std::any_of(voices.begin(), voices.end(), [&](const Voice& each) {
      return each.socket->place() == place;
    });
    if (!there) open(place);
  }
  wait_to_speak();
}

void Discovery::Impl::open(const BeaconPlace& place) {
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
    return;
  }
  voices.push_back({.socket = std::move(*opened), .rhythm = Trickle(config.rhythm, now(), rng)});
}

void Discovery::Impl::speak() {
  const TimePoint at = now();
  for (Voice& voice : voices) {
    switch (voice.rhythm.advance(at, rng)) {
      case Trickle::Turn::speak:
        announce(voice);
        break;
      case Trickle::Turn::silent:
        ++counters.silent;
        break;
      case Trickle::Turn::none:
        break;
    }
  }
  wait_to_speak();
}

void Discovery::Impl::wait_to_speak() {
  if (voices.empty()) return;
  const auto next =
      std::min_element(voices.begin(), voices.end(), [](const auto& a, const auto& b) {
        return a.rhythm.due() < b.rhythm.due();
      });
  speak_timer->expires_at(Clock::time_point(next->rhythm.due().time_since_epoch()));
  speak_timer->async_wait([impl = shared_from_this()](const asio::error_code& canceled) {
    if (!canceled && !impl->stopped) impl->speak();
  });
}

void Discovery::Impl::announce(const Voice& voice) {
  const Bytes datagram = codec.encode({.node = self, .listen_port = tcp_port, .reply = false});
  std::string refused;
  counters.sent += voice.socket->announce(datagram, refused);
  if (refused.empty()) return;
  ++counters.send_failed;
  const std::string& interface = voice.socket->place().interface;
  warn_once(interface, "cannot send beacons on " + interface + ": " + refused);
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
  const auto voice = std::find_if(voices.begin(), voices.end(), [&](const Voice& each) {
    return each.socket->place() == place;
  });
  if (voice == voices.end()) return;
  ++counters.heard;
  if (!beacon->reply) judge(*voice, *beacon, from);
  Endpoint tcp = from;
  tcp.port = beacon->listen_port;
  if (!tcp.is_dialable() || !may_report()) {
    ++counters.over_limit;
    return;
  }
  seen(beacon->node, tcp);
}

void Discovery::Impl::judge(Voice& voice, const wire::Beacon& beacon, const Endpoint& from) {
  if (voice.last_heard != from) voice.rhythm.heard();
  voice.last_heard = from;
  switch (answers->judge(beacon.node, from, now(), rng)) {
    case BeaconAnswers::Verdict::answer:
      reply(voice, from);
      break;
    case BeaconAnswers::Verdict::silent:
      ++counters.unanswered;
      break;
    case BeaconAnswers::Verdict::over_limit:
      ++counters.over_limit;
      break;
    case BeaconAnswers::Verdict::known:
      break;
  }
}

void Discovery::Impl::reply(const Voice& voice, const Endpoint& to) {
  const Bytes datagram = codec.encode({.node = self, .listen_port = tcp_port, .reply = true});
  if (!voice.socket->send(datagram, to)) {
    ++counters.send_failed;
    return;
  }
  ++counters.sent;
  ++counters.replies;
}

bool Discovery::Impl::may_report() {
  const TimePoint at = now();
  if (at - second >= std::chrono::seconds(1)) {
    second = at;
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
    if (!impl->stopped) impl->begin();
  });
}

void Discovery::announce_again() {
  if (impl_->stopped || !impl_->answers) return;
  for (Voice& voice : impl_->voices) voice.rhythm.reset(now(), impl_->rng);
  impl_->update_places();
}

void Discovery::stop() {
  if (impl_->stopped) return;
  impl_->stopped = true;
  impl_->speak_timer.reset();
  impl_->reread_timer.reset();
  impl_->watch.reset();
  impl_->voices.clear();
}

const DiscoveryCounters& Discovery::counters() const {
  return impl_->counters;
}

std::vector<std::string> Discovery::places() const {
  std::vector<std::string> names;
  for (const Voice& voice : impl_->voices) {
    const BeaconPlace& place = voice.socket->place();
    const std::string address = place.source.address.to_string();
    names.push_back(place.interface + " " + address.substr(0, address.rfind(':')));
  }
  return names;
}

}  // namespace freshet::io
