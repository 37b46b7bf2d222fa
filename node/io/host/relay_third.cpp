#include "node/io/host/relay_third.h"

#include <utility>

#include <asio/io_context.hpp>
#include <asio/steady_timer.hpp>

#include "node/io/host/relay_frames.h"
#include "node/wire/overlay/paths.h"

namespace freshet::io {
namespace {

constexpr std::size_t kBufferBytes = std::size_t{1} << 20U;
/// With less room than this at one end the other is not read from. What a link still gives after
/// that is well below it.
constexpr std::size_t kEnoughRoom = kBufferBytes / 2;
constexpr std::chrono::milliseconds kTick{1000};
/// A neighbour that was called and does not come in so long is dialled.
constexpr std::chrono::milliseconds kCallPatience{1000};

}  // namespace

struct RelayThird::Join final : LinkHandler {
  Join(RelayThird& the_third, asio::io_context& io, const Guid& the_request)
      : third(the_third),
        request(the_request),
        patience(io) {}

  void on_link_up(TlsLink& /*link*/) override {}
  void on_link_data(TlsLink& link, ByteView bytes) override {
    TlsLink* to = other(link);
    // Nothing may be said before both are here; nothing passes beyond the limit.
    if (to == nullptr) third.book_.count_stray();
    if (to == nullptr || !third.book_.passed(request, bytes.size(), third.world_.now())) {
      abort();
      return;
    }
    to->send(bytes);
    if (to->room() < kEnoughRoom) link.pause_reading();
  }
  void on_link_writable(TlsLink& link) override {
    TlsLink* from = other(link);
    if (from != nullptr && link.room() >= kEnoughRoom) from->resume_reading();
  }
  void on_link_closed(TlsLink& link, LinkEnd /*end*/) override {
    const auto keep = third.joins_.contains(request) ? third.joins_.at(request) : nullptr;
    if (TlsLink* left = other(link)) left->close();  // with what waits for it
    (asker.get() == &link ? asker : target).reset();
    if (!asker && !target) third.end(request);
  }

  [[nodiscard]] TlsLink* other(const TlsLink& link) const {
    return asker.get() == &link ? target.get() : asker.get();
  }
  void abort() const {
    if (asker) asker->abort();
    if (target) target->abort();
  }

  RelayThird& third;
  Guid request;
  NodeKey wanted;
  std::vector<Endpoint> addresses;  ///< of the wanted one
  std::shared_ptr<TlsLink> asker;
  std::shared_ptr<TlsLink> target;  ///< once joined
  asio::steady_timer patience;
};

RelayThird::RelayThird(
    asio::io_context& io, Dialer& dialer, const core::RelayLimits& limits, Rng rng, World world)
    : io_(io),
      dialer_(dialer),
      book_(limits),
      rng_(std::move(rng)),
      world_(std::move(world)),
      timer_(std::make_unique<asio::steady_timer>(io)) {}

RelayThird::~RelayThird() {
  stop();
}

void RelayThird::stop() {
  timer_->cancel();
  for (const auto& [request, join] : std::exchange(joins_, {})) {
    join->patience.cancel();
    if (join->asker) join->asker->abandon();
    if (join->target) join->target->abandon();
  }
}

void RelayThird::ask(const std::shared_ptr<TlsLink>& link, ByteView body) {
  auto ask = wire::decode_relay_ask(body);
  const Guid request = rng_.guid();
  if (!ask) book_.count_stray();
  if (!ask || !book_.admit(request, link->peer(), ask->target, world_.now())) {
    link->abandon();
    return;
  }
  auto join = std::make_shared<Join>(*this, io_, request);
  join->wanted = ask->target;
  join->addresses = std::move(ask->addresses);
  join->asker = link;
  joins_[request] = join;
  link->set_buffer_bytes(kBufferBytes);
  link->set_handler(*join);
  fetch_target(join);
  tick();
}

void RelayThird::fetch_target(const std::shared_ptr<Join>& join) {
  if (!world_.is_neighbour(join->wanted)) {
    dial_target(join);
    return;
  }
  world_.call({.neighbour = join->wanted,
               .request = join->request,
               .origin = join->asker->peer(),
               .addresses = world_.own_addresses()});
  join->patience.expires_after(kCallPatience);
  join->patience.async_wait([this, weak = std::weak_ptr(join)](const asio::error_code& canceled) {
    const auto waiting = weak.lock();
    if (!canceled && waiting && !waiting->target) dial_target(waiting);
  });
}

void RelayThird::dial_target(const std::shared_ptr<Join>& join) {
  if (join->addresses.empty()) return;  // its time runs out
  dialer_.dial(join->addresses,
               Protocol::relay,
               join->wanted,
               [this, request = join->request](const Result<std::shared_ptr<TlsLink>>& link) {
                 if (!link) return;
                 const auto found = joins_.find(request);
                 if (found == joins_.end() || found->second->target || !found->second->asker) {
                   (*link)->abandon();
                   return;
                 }
                 const Bytes body = wire::encode(
                     wire::RelayCall{.origin = found->second->asker->peer(), .addresses = {}});
                 send_relay_frame(**link, wire::FrameType::relay_offer, request, body);
                 this->join(found->second, *link);
               });
}

void RelayThird::take(const std::shared_ptr<TlsLink>& link, const Guid& request) {
  const auto found = joins_.find(request);
  if (found == joins_.end() || !book_.awaits(request, link->peer()) || found->second->target
      || !found->second->asker) {
    book_.count_stray();
    link->abandon();
    return;
  }
  join(found->second, link);
}

void RelayThird::join(const std::shared_ptr<Join>& join, const std::shared_ptr<TlsLink>& target) {
  join->patience.cancel();
  join->target = target;
  target->set_buffer_bytes(kBufferBytes);
  target->set_handler(*join);
  book_.joined(join->request, world_.now());
  send_relay_frame(*join->asker, wire::FrameType::relay_joined, join->request);
}

void RelayThird::end(const Guid& request) {
  book_.end(request);
  joins_.erase(request);
}

// Only while there is something to look after.
void RelayThird::tick() {
  if (ticks_ || joins_.empty()) return;
  ticks_ = true;
  timer_->expires_after(kTick);
  timer_->async_wait([this](const asio::error_code& canceled) {
    if (canceled) return;
    ticks_ = false;
    for (const Guid& request : book_.expired(world_.now())) {
      const auto found = joins_.find(request);
      if (found != joins_.end()) found->second->abort();  // on_link_closed() ends it
    }
    tick();
  });
}

}  // namespace freshet::io
