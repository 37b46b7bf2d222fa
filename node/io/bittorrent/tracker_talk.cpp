#include "node/io/bittorrent/tracker_talk.h"

#include <utility>

#include <asio/io_context.hpp>

namespace freshet::io {

using asio::ip::tcp;

TrackerTalk::TrackerTalk(asio::io_context& io, TrackerQuestion question, Done done)
    : resolver_(io),
      patience_(io),
      question_(std::move(question)),
      done_(std::move(done)) {}

void TrackerTalk::begin() {
  start_patience();
  resolver_.async_resolve(question_.where.host,
                          std::to_string(question_.where.port),
                          [self = shared_from_this()](const asio::error_code& failed,
                                                      const tcp::resolver::results_type& found) {
                            if (self->over_) return;
                            if (failed) {
                              self->fail(failed.message());
                              return;
                            }
                            std::vector<asio::ip::address> addresses;
                            for (const auto& each : found)
                              addresses.push_back(each.endpoint().address());
                            self->ask(addresses);
                          });
}

void TrackerTalk::begin_at(const std::vector<asio::ip::address>& addresses) {
  start_patience();
  ask(addresses);
}

void TrackerTalk::start_patience() {
  patience_.expires_after(kTrackerPatience);
  patience_.async_wait([self = shared_from_this()](const asio::error_code& canceled) {
    if (!canceled) self->fail("no answer within ten seconds");
  });
}

void TrackerTalk::give_up() {
  done_ = nullptr;
  end();
}

std::chrono::steady_clock::duration TrackerTalk::time_left() const {
  return patience_.expiry() - std::chrono::steady_clock::now();
}

void TrackerTalk::fail(const std::string& why) {
  finish(Error{ErrorCode::io, why});
}

void TrackerTalk::finish(const Result<wire::bt::HeardAnnounce>& result) {
  if (over_) return;
  end();
  if (const auto done = std::exchange(done_, nullptr)) done(result);
}

void TrackerTalk::end() {
  over_ = true;
  patience_.cancel();
  resolver_.cancel();
  close();
}

}  // namespace freshet::io
