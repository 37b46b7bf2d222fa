#include "node/io/host/relay_ends.h"

#include <algorithm>
#include <utility>

#include <asio/io_context.hpp>
#include <asio/steady_timer.hpp>

#include "node/io/host/relay_frames.h"
#include "node/io/net/link_tunnel.h"
#include "node/io/net/tcp_socket.h"
#include "node/wire/overlay/paths.h"

namespace freshet::io {

namespace ct = core::transfer;

namespace {

/// Before the next third is asked as well; the first that joins is taken.
constexpr std::chrono::milliseconds kStagger{200};
constexpr std::chrono::milliseconds kPatience{7000};

// The inner TLS session until it is up.
class Shaking final : public KeptHandler {
 public:
  using Done = std::function<void(std::shared_ptr<TlsLink>)>;  ///< null: it failed

  Shaking(std::shared_ptr<TlsLink> link, Done done, std::shared_ptr<KeptHandlers> kept)
      : KeptHandler(std::move(kept)),
        link_(std::move(link)),
        done_(std::move(done)) {}
  ~Shaking() override {
    if (link_) link_->abandon();
  }
  Shaking(const Shaking&) = delete;
  Shaking& operator=(const Shaking&) = delete;
  Shaking(Shaking&&) = delete;
  Shaking& operator=(Shaking&&) = delete;

  void start() {
    keep();
    link_->start(*this);
  }
  void on_link_up(TlsLink& link) override {
    const auto self = let_go();
    const auto its_link = std::exchange(link_, nullptr);
    if (link.protocol() != Protocol::transfer) {
      std::exchange(done_, nullptr)(nullptr);
      link.abandon();
      return;
    }
    link.hand_over(std::exchange(done_, nullptr));
  }
  void on_link_data(TlsLink& /*link*/, ByteView /*bytes*/) override {}
  void on_link_writable(TlsLink& /*link*/) override {}
  void on_link_closed(TlsLink& /*link*/, LinkEnd /*end*/) override {
    const auto self = let_go();
    const auto its_link = std::exchange(link_, nullptr);
    std::exchange(done_, nullptr)(nullptr);
  }

 private:
  std::shared_ptr<TlsLink> link_;
  Done done_;
};

}  // namespace

// One wish to be joined with a node: several thirds may be asked at once.
struct RelayEnds::Attempt {
  Attempt(asio::io_context& io, ct::DialThrough the_wish)
      : wish(std::move(the_wish)),
        stagger(io),
        patience(io) {}
  ct::DialThrough wish;
  std::vector<ct::Third> thirds;  ///< the next one last
  std::vector<std::weak_ptr<TlsLink>> links;
  std::size_t running = 0;
  bool over = false;
  asio::steady_timer stagger;
  asio::steady_timer patience;
};

RelayEnds::RelayEnds(asio::io_context& io,
                     LinkShared& shared,
                     const TlsContext& tls,
                     Dialer& dialer,
                     std::shared_ptr<KeptHandlers> kept,
                     World world)
    : io_(io),
      shared_(shared),
      tls_(tls),
      dialer_(dialer),
      kept_(std::move(kept)),
      world_(std::move(world)) {}

RelayEnds::~RelayEnds() {
  stop();
}

void RelayEnds::stop() {
  *stopped_ = true;
}

void RelayEnds::dial(const ct::DialThrough& dial) {
  auto attempt = std::make_shared<Attempt>(io_, dial);
  attempt->thirds = ct::choose_thirds(world_.neighbours(), dial.expected, kMaxThirds);
  std::reverse(attempt->thirds.begin(), attempt->thirds.end());
  attempt->patience.expires_after(kPatience);
  attempt->patience.async_wait(
      [this, attempt, stopped = stopped_](const asio::error_code& canceled) {
        if (!canceled && !*stopped) give_up(attempt);
      });
  ask_next(attempt);
}

void RelayEnds::ask_next(const std::shared_ptr<Attempt>& attempt) {
  if (attempt->over) return;
  if (attempt->thirds.empty()) {
    if (attempt->running == 0) give_up(attempt);
    return;
  }
  const ct::Third third = attempt->thirds.back();
  attempt->thirds.pop_back();
  ++attempt->running;
  dialer_.dial({third.address},
               Protocol::relay,
               third.key,
               [this, attempt](const Result<std::shared_ptr<TlsLink>>& link) {
                 if (!link) {
                   one_failed(attempt);
                 } else if (!attempt->over) {
                   ask_third(attempt, *link);
                 }
               });
  attempt->stagger.expires_after(kStagger);
  attempt->stagger.async_wait(
      [this, attempt, stopped = stopped_](const asio::error_code& canceled) {
        if (!canceled && !*stopped && !attempt->thirds.empty()) ask_next(attempt);
      });
}

void RelayEnds::ask_third(const std::shared_ptr<Attempt>& attempt,
                          const std::shared_ptr<TlsLink>& link) {
  attempt->links.push_back(link);
  await_relay_frame(
      link,
      [this, attempt, link, stopped = stopped_](
          const wire::FrameHeader& header, ByteView /*body*/, ByteView rest) {
        if (*stopped || attempt->over || header.type != wire::FrameType::relay_joined) {
          link->abandon();
          if (!*stopped) one_failed(attempt);
        } else {
          joined(attempt, link, rest);
        }
      },
      [this, attempt, stopped = stopped_] {
        if (!*stopped) one_failed(attempt);
      },
      kept_);
  send_relay_frame(*link,
                   wire::FrameType::relay_ask,
                   {},
                   wire::encode(wire::RelayAsk{.target = attempt->wish.expected,
                                               .addresses = attempt->wish.endpoints}));
}

void RelayEnds::one_failed(const std::shared_ptr<Attempt>& attempt) {
  --attempt->running;
  if (!attempt->over) ask_next(attempt);
}

void RelayEnds::give_up(const std::shared_ptr<Attempt>& attempt) {
  if (std::exchange(attempt->over, true)) return;
  ++counters_.failed;
  attempt->patience.cancel();
  attempt->stagger.cancel();
  for (const auto& weak : attempt->links) {
    if (const auto link = weak.lock()) link->abort();
  }
  world_.failed(attempt->wish.dial);
}

void RelayEnds::joined(const std::shared_ptr<Attempt>& attempt,
                       const std::shared_ptr<TlsLink>& link,
                       ByteView rest) {
  attempt->over = true;
  attempt->patience.cancel();
  attempt->stagger.cancel();
  for (const auto& weak : attempt->links) {  // the thirds that were slower
    if (const auto slower = weak.lock(); slower && slower != link) slower->abort();
  }
  auto inner = tunnel_through(io_, link, rest, kept_);
  if (!inner) {
    link->abandon();
    ++counters_.failed;
    world_.failed(attempt->wish.dial);
    return;
  }
  auto tls = TlsLink::client(shared_, tls_, std::move(**inner), {}, Protocol::transfer);
  tls->expect(attempt->wish.expected);
  const auto done =
      [this, dial = attempt->wish.dial, stopped = stopped_](const std::shared_ptr<TlsLink>& up) {
        if (*stopped) return;
        ++(up ? counters_.through : counters_.failed);
        if (!up) ++counters_.untrue;
        if (up) {
          world_.adopt(up, ct::Direction::out, dial);
        } else {
          world_.failed(dial);
        }
      };
  std::make_shared<Shaking>(tls, done, kept_)->start();
}

bool RelayEnds::begin_coming() {
  if (coming_ >= kMaxComing) {
    ++counters_.refused;
    return false;
  }
  ++coming_;
  return true;
}

void RelayEnds::called(const core::overlay::Called& called) {
  if (!begin_coming()) return;
  dialer_.dial(called.addresses,
               Protocol::relay,
               called.third,
               [this, request = called.request, origin = called.origin](
                   const Result<std::shared_ptr<TlsLink>>& link) {
                 if (!link) {
                   --coming_;
                   ++counters_.vain;
                   return;
                 }
                 send_relay_frame(**link, wire::FrameType::relay_take, request);
                 serve(*link, origin, {});
               });
}

void RelayEnds::offered(const std::shared_ptr<TlsLink>& link, ByteView body, ByteView rest) {
  const auto offer = wire::decode_relay_call(body);
  if (!offer) ++counters_.vain;
  if (!offer || !begin_coming()) {
    link->abandon();
    return;
  }
  serve(link, offer->origin, rest);
}

void RelayEnds::serve(const std::shared_ptr<TlsLink>& link, const NodeKey& origin, ByteView rest) {
  auto inner = tunnel_through(io_, link, rest, kept_);
  if (!inner) {
    --coming_;
    ++counters_.vain;
    link->abandon();
    return;
  }
  auto tls = TlsLink::server(shared_, tls_, std::move(**inner), {}, {});
  tls->expect(origin);
  const auto done = [this, stopped = stopped_](const std::shared_ptr<TlsLink>& up) {
    if (*stopped) return;
    --coming_;
    ++(up ? counters_.through : counters_.untrue);
    if (!up) return;
    world_.adopt(up, ct::Direction::in, std::nullopt);
  };
  std::make_shared<Shaking>(tls, done, kept_)->start();
}

}  // namespace freshet::io
