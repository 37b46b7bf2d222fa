#include "node/io/host/relays.h"

#include <utility>

#include <asio/io_context.hpp>
#include <asio/steady_timer.hpp>

#include "node/io/host/relay_frames.h"

namespace freshet::io {

namespace co = core::overlay;
namespace ct = core::transfer;

namespace {

constexpr std::chrono::milliseconds kNewcomerPatience{5000};

}  // namespace

Relays::Relays(asio::io_context& io, const core::RelayLimits& limits, Rng rng, Parts parts)
    : io_(io),
      parts_(std::move(parts)),
      third_(io, parts_.dialer, limits, std::move(rng), third_world()),
      ends_(io, parts_.shared, parts_.tls, parts_.dialer, kept_, ends_world()) {}

Relays::~Relays() {
  stop();
}

void Relays::stop() {
  *stopped_ = true;
  third_.stop();
  ends_.stop();
  // What they hold may ask for the set while it is let go.
  const auto last = std::exchange(*kept_, {});
}

RelayThird::World Relays::third_world() {
  return {
      .now = [this] { return parts_.pump.now(); },
      .is_neighbour =
          [this](const NodeKey& key) {
            for (const auto& [id, peer] : parts_.overlay.peers()) {
              if (peer.established && peer.link->peer() == key) return true;
            }
            return false;
          },
      .call = [this](co::CallNeighbour call) { parts_.pump.deliver(co::Input(std::move(call))); },
      .own_addresses = parts_.own_addresses};
}

RelayEnds::World Relays::ends_world() {
  return {.neighbours = [this] { return neighbours(); },
          .adopt =
              [this](const std::shared_ptr<TlsLink>& link,
                     ct::Direction direction,
                     std::optional<DialId> dial) {
                parts_.transfers.adopt(link, direction, dial, true);
              },
          .failed =
              [this](DialId dial) {
                parts_.pump.deliver(ct::Input(ct::DialFailed{.dial = dial}));
              }};
}

// Those that were dialled listen where they were reached; the others where they say.
std::vector<ct::Third> Relays::neighbours() const {
  std::vector<ct::Third> thirds;
  for (const auto& [id, peer] : parts_.overlay.peers()) {
    if (!peer.established) continue;
    const co::Link* link = parts_.node.overlay().links().find(peer.id);
    const bool is_dialled = peer.direction == co::Direction::out;
    if (!is_dialled && !peer.listen) continue;
    thirds.push_back({.key = peer.link->peer(),
                      .address = is_dialled ? peer.link->remote() : *peer.listen,
                      .rtt_us = link == nullptr ? 0 : link->rtt_us});
  }
  return thirds;
}

void Relays::take_in(const std::shared_ptr<TlsLink>& link) {
  if (newcomers_ >= kMaxNewcomers) {
    ++newcomer_counters_.refused;
    link->abandon();
    return;
  }
  ++newcomers_;
  auto patience = std::make_shared<asio::steady_timer>(io_);
  patience->expires_after(kNewcomerPatience);
  patience->async_wait([weak = std::weak_ptr(link)](const asio::error_code& canceled) {
    const auto silent = weak.lock();
    if (!canceled && silent) silent->abort();
  });
  await_relay_frame(
      link,
      [this, link, patience, stopped = stopped_](
          const wire::FrameHeader& header, ByteView body, ByteView rest) {
        patience->cancel();
        if (*stopped) {
          link->abandon();
          return;
        }
        --newcomers_;
        on_said(link, header, body, rest);
      },
      [this, patience, stopped = stopped_] {
        patience->cancel();
        if (*stopped) return;
        --newcomers_;
        ++newcomer_counters_.silent;
      },
      kept_);
}

void Relays::on_said(const std::shared_ptr<TlsLink>& link,
                     const wire::FrameHeader& header,
                     ByteView body,
                     ByteView rest) {
  if (header.type == wire::FrameType::relay_ask && rest.empty()) {
    third_.ask(link, body);
  } else if (header.type == wire::FrameType::relay_take && rest.empty()) {
    third_.take(link, header.guid);
  } else if (header.type == wire::FrameType::relay_offer) {
    ends_.offered(link, body, rest);
  } else {
    ++newcomer_counters_.unknown;
    link->abandon();
  }
}

void Relays::count(std::vector<std::pair<std::string, std::uint64_t>>& all) const {
  const core::RelayBook& book = third_.book();
  all.emplace_back("relay_open", book.open());
  all.emplace_back("relay_asked", book.counters().asked);
  all.emplace_back("relay_refused", book.counters().refused);
  all.emplace_back("relay_failed", book.counters().failed);
  all.emplace_back("relay_joined", book.counters().joined);
  all.emplace_back("relay_expired", book.counters().expired);
  all.emplace_back("relay_bytes", book.counters().bytes);
  all.emplace_back("relay_stray", book.counters().stray);
  all.emplace_back("relay_newcomers_refused", newcomer_counters_.refused);
  all.emplace_back("relay_newcomers_silent", newcomer_counters_.silent);
  all.emplace_back("relay_newcomers_unknown", newcomer_counters_.unknown);
  all.emplace_back("relay_links_through", ends_.counters().through);
  all.emplace_back("relay_links_failed", ends_.counters().failed);
  all.emplace_back("relay_links_untrue", ends_.counters().untrue);
  all.emplace_back("relay_calls_refused", ends_.counters().refused);
  all.emplace_back("relay_calls_vain", ends_.counters().vain);
}

}  // namespace freshet::io
