#include "node/io/bittorrent/udp_tracker_talk.h"

#include <algorithm>
#include <array>
#include <utility>

#include <asio/buffer.hpp>
#include <asio/io_context.hpp>
#include <asio/ip/udp.hpp>
#include <asio/steady_timer.hpp>

#include "node/wire/bt/udp_tracker.h"

namespace freshet::io {
namespace {

using asio::ip::udp;

asio::ip::address unmapped(const asio::ip::address& address) {
  if (!address.is_v6() || !address.to_v6().is_v4_mapped()) return address;
  return asio::ip::make_address_v4(asio::ip::v4_mapped, address.to_v6());
}

class UdpTrackerTalk final : public TrackerTalk {
  using Time = std::chrono::steady_clock;

 public:
  UdpTrackerTalk(
      asio::io_context& io, TrackerQuestion question, std::uint32_t key, const Rng& rng, Done done)
      : TrackerTalk(io, std::move(question), std::move(done)),
        socket_(io),
        again_(io),
        rng_(rng),
        key_(key) {}

 private:
  void ask(const std::vector<asio::ip::address>& addresses) override {
    addresses_ = addresses;
    addresses_.resize(std::min(addresses_.size(), kMaxUdpTrackerAddresses));
    try_next("its host has no address");
  }
  void close() override {
    again_.cancel();
    asio::error_code ignored;
    socket_.close(ignored);
  }
  // `why`: the one before was in vain.
  void try_next(std::string why) {
    while (tried_ < addresses_.size()) {
      close();
      const auto left = static_cast<int>(addresses_.size() - tried_);
      until_ = left == 1 ? Time::time_point::max() : Time::now() + time_left() / left;
      asio::error_code failed = open(unmapped(addresses_[tried_++]));
      if (!failed) failed = ask_for_connection();
      if (!failed) return;
      why = failed.message();
    }
    fail(why);
  }
  asio::error_code ask_for_connection() {
    connected_ = false;
    listen();
    return say(wire::bt::udp_connect_request(new_transaction()));
  }
  // Connected, so that the kernel passes on what comes from there alone, and says when nobody
  // listens there.
  asio::error_code open(const asio::ip::address& address) {
    const udp::endpoint at(address, question().where.port);
    family_ = address.is_v4() ? wire::bt::UdpTrackerFamily::v4 : wire::bt::UdpTrackerFamily::v6;
    asio::error_code failed;
    socket_.open(at.protocol(), failed);
    if (!failed) socket_.non_blocking(true, failed);
    if (!failed) socket_.connect(at, failed);
    return failed;
  }
  void listen() {
    socket_.async_receive(asio::buffer(datagram_),
                          [this, self = shared_from_this(), number = tried_](
                              const asio::error_code& failed, std::size_t count) {
                            const auto is_past = [&] {
                              return is_over() || number != tried_;
                            };
                            if (is_past()) return;
                            if (failed) {
                              try_next(failed.message());
                              return;
                            }
                            hear(ByteView(datagram_).first(count));
                            if (!is_past()) listen();
                          });
  }
  // What is no answer to the last request is ignored, whoever sent it.
  void hear(ByteView datagram) {
    if (connected_) {
      if (const auto heard = wire::bt::read_udp_announce_answer(datagram, transaction_, family_))
        finish(*heard);
      return;
    }
    const auto connection = wire::bt::read_udp_connect_answer(datagram, transaction_);
    if (!connection) return;
    if (*connection) {
      announce(**connection);
    } else {
      finish(connection->error());
    }
  }
  void announce(std::uint64_t connection) {
    connected_ = true;
    until_ = Time::time_point::max();
    const auto failed = say(encode(wire::bt::UdpAnnounceRequest{.connection = connection,
                                                                .transaction = new_transaction(),
                                                                .announce = question().announce,
                                                                .got_bytes = question().got_bytes,
                                                                .key = key_}));
    if (failed) try_next(failed.message());
  }
  asio::error_code say(Bytes request) {
    request_ = std::move(request);
    wait_ = kFirstUdpTrackerWait;
    return send();
  }
  asio::error_code send() {
    asio::error_code failed;
    socket_.send(asio::buffer(request_), 0, failed);
    // What there is no room for now is as good as lost.
    if (failed && failed != asio::error::would_block) return failed;
    again_.expires_at(std::min(until_, Time::now() + wait_));
    wait_ *= 2;
    again_.async_wait(
        [this, self = shared_from_this(), turn = ++turn_](const asio::error_code& canceled) {
          if (canceled || is_over() || turn != turn_) return;
          if (Time::now() >= until_) {
            try_next("no answer");
          } else if (const auto gone = send()) {
            try_next(gone.message());
          }
        });
    return {};
  }
  std::uint32_t new_transaction() {
    return transaction_ = static_cast<std::uint32_t>(rng_.next_u64());
  }

  udp::socket socket_;
  asio::steady_timer again_;
  Rng rng_;
  std::uint32_t key_;
  std::vector<asio::ip::address> addresses_;
  std::size_t tried_ = 0;   ///< of those; the last of them is asked now
  Time::time_point until_;  ///< when the next one is tried
  wire::bt::UdpTrackerFamily family_ = wire::bt::UdpTrackerFamily::v4;
  bool connected_ = false;
  std::uint32_t transaction_ = 0;  ///< of the last request
  Bytes request_;
  std::chrono::seconds wait_{0};
  std::uint32_t turn_ = 0;  ///< a wait of an earlier one is over
  std::array<Byte, wire::bt::kMaxUdpTrackerAnswerBytes> datagram_{};
};

}  // namespace

std::shared_ptr<TrackerTalk> udp_tracker_talk(asio::io_context& io,
                                              TrackerQuestion question,
                                              std::uint32_t key,
                                              const Rng& rng,
                                              TrackerTalk::Done done) {
  return std::make_shared<UdpTrackerTalk>(io, std::move(question), key, rng, std::move(done));
}

}  // namespace freshet::io
