#include "node/io/bittorrent/http_tracker_talk.h"

#include <utility>

#include <asio/connect.hpp>
#include <asio/io_context.hpp>
#include <asio/read.hpp>
#include <asio/write.hpp>

namespace freshet::io {
namespace {

using asio::ip::tcp;

Result<wire::bt::HeardAnnounce> read_http_answer(ByteView answer) {
  const auto body = wire::bt::http_body(answer);
  if (!body) return body.error();
  return wire::bt::read_announce_answer(*body);
}

class HttpTrackerTalk final : public TrackerTalk {
 public:
  HttpTrackerTalk(asio::io_context& io, TrackerQuestion question, Done done)
      : TrackerTalk(io, std::move(question), std::move(done)),
        socket_(io) {}

 private:
  void ask(const std::vector<asio::ip::address>& addresses) override {
    std::vector<tcp::endpoint> all;
    all.reserve(addresses.size());
    for (const auto& address : addresses) all.emplace_back(address, question().where.port);
    asio::async_connect(
        socket_,
        all,
        [this, self = shared_from_this()](const asio::error_code& failed, const auto&) {
          if (failed) {
            fail(failed.message());
          } else {
            send();
          }
        });
  }
  void close() override {
    asio::error_code ignored;
    socket_.close(ignored);
  }
  void send() {
    if (is_over()) return;
    request_ = wire::bt::http_get(
        question().where, wire::bt::announce_query(question().announce, question().got_bytes));
    asio::async_write(
        socket_,
        asio::buffer(request_),
        [this, self = shared_from_this()](const asio::error_code& failed, std::size_t) {
          if (failed) {
            fail(failed.message());
          } else {
            read();
          }
        });
  }
  void read() {
    if (is_over()) return;
    answer_.resize(kMaxHttpTrackerAnswerBytes);
    asio::async_read(
        socket_,
        asio::buffer(answer_),
        [this, self = shared_from_this()](const asio::error_code& failed, std::size_t count) {
          if (failed == asio::error::eof) {
            finish(read_http_answer(ByteView(answer_).first(count)));
          } else {
            fail(failed ? failed.message() : "its answer is too long");
          }
        });
  }

  tcp::socket socket_;
  std::string request_;
  Bytes answer_;
};

}  // namespace

std::shared_ptr<TrackerTalk> http_tracker_talk(asio::io_context& io,
                                               TrackerQuestion question,
                                               TrackerTalk::Done done) {
  return std::make_shared<HttpTrackerTalk>(io, std::move(question), std::move(done));
}

}  // namespace freshet::io
