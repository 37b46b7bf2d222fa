#include "node/io/host/torrent_asks.h"

#include <algorithm>
#include <utility>

#include <asio/io_context.hpp>
#include <asio/post.hpp>
#include <asio/steady_timer.hpp>

#include "node/wire/overlay/publication.h"

namespace freshet::io {
namespace {

// To a first answer, a dial included.
constexpr std::chrono::seconds kFirstAnswerPatience{10};
// While the source reads what may be a large file.
constexpr std::chrono::minutes kCheckPatience{10};

}  // namespace

struct TorrentAsks::Running {
  Running(asio::io_context& io, Ask the_ask) : ask(std::move(the_ask)), patience(io) {}

  Ask ask;
  asio::steady_timer patience;
  std::optional<DialTicket> dial;
  std::shared_ptr<TorrentTalk> talk;
  bool is_shown = false;  ///< the record
  bool is_held = false;
};

TorrentAsks::TorrentAsks(asio::io_context& io, Dialer& dialer, Parts parts)
    : io_(io),
      dialer_(dialer),
      parts_(std::move(parts)) {}

// NOLINTNEXTLINE(bugprone-exception-escape): asio declares it, for no timer of ours
TorrentAsks::~TorrentAsks() {
  stop();
}

void TorrentAsks::stop() {
  if (std::exchange(stopped_, true)) return;
  waiting_.clear();
  for (const auto& one : std::exchange(running_, {})) {
    one->patience.cancel();
    if (one->dial) dialer_.cancel(*one->dial);
    if (one->talk) one->talk->close();
  }
  at_once_ = 0;
  const auto last = std::exchange(*kept_, {});
}

void TorrentAsks::ask(Ask ask) {
  if (stopped_) return;
  if (waiting_.size() >= kMaxWaiting) {
    ++counters_.dropped;
    return;
  }
  waiting_.push_back(std::move(ask));
  next();
}

void TorrentAsks::next() {
  while (!stopped_ && at_once_ < kMaxAtOnce && !waiting_.empty()) {
    Ask ask = std::move(waiting_.front());
    waiting_.pop_front();
    begin(std::move(ask));
  }
}

void TorrentAsks::begin(Ask ask) {
  ++counters_.asked;
  ++at_once_;
  const auto one = std::make_shared<Running>(io_, std::move(ask));
  running_.insert(one);
  one->patience.expires_after(kFirstAnswerPatience);
  one->patience.async_wait([this, one](const asio::error_code& canceled) {
    if (!canceled) end(one, false, counters_.unanswered);
  });
  one->dial = dialer_.dial({one->ask.at},
                           Protocol::torrent,
                           one->ask.node,
                           [this, one](const Result<std::shared_ptr<TlsLink>>& link) {
                             one->dial.reset();
                             if (link) {
                               on_link(one, *link);
                             } else {
                               end(one, false, counters_.unanswered);
                             }
                           });
}

void TorrentAsks::on_link(const std::shared_ptr<Running>& one,
                          const std::shared_ptr<TlsLink>& link) {
  one->talk = std::make_shared<TorrentTalk>(kept_, link);
  one->talk->start([this, one](wire::FrameType type, ByteView body) { on_said(one, type, body); },
                   [this, one] { end(one, false, counters_.unanswered); });
  const auto& torrent = *one->ask.torrent;
  one->talk->send(
      wire::FrameType::torrent_ask,
      wire::encode(wire::TorrentAsk{.content = torrent.content, .info_hash = torrent.names.one()}));
}

void TorrentAsks::on_said(const std::shared_ptr<Running>& one,
                          wire::FrameType type,
                          ByteView body) {
  using wire::TorrentAnswer;
  const auto answer =
      type == wire::FrameType::torrent_answer ? wire::decode_torrent_answer(body) : std::nullopt;
  if (answer == TorrentAnswer::yes) {
    end(one, true, counters_.served);
  } else if (answer == TorrentAnswer::wait) {
    if (!one->is_held) hold(one);
  } else if (answer == TorrentAnswer::show && !one->is_shown) {
    Bytes record = parts_.record_of(one->ask.torrent);
    if (record.empty()) {
      end(one, false, counters_.refused);
      return;
    }
    ++counters_.records_sent;
    one->is_shown = true;
    one->talk->send_record(std::move(record));
  } else {
    end(one, false, counters_.refused);
  }
}

void TorrentAsks::hold(const std::shared_ptr<Running>& one) {
  const auto of_it = std::count_if(running_.begin(), running_.end(), [&](const auto& each) {
    return each->is_held && each->ask.torrent == one->ask.torrent;
  });
  if (held() >= kMaxHeld || static_cast<std::size_t>(of_it) >= kMaxHeldPerTorrent) {
    end(one, false, counters_.dropped);
    return;
  }
  one->is_held = true;
  --at_once_;
  one->patience.expires_after(kCheckPatience);
  one->patience.async_wait([this, one](const asio::error_code& canceled) {
    if (!canceled) end(one, false, counters_.unanswered);
  });
  next();
}

void TorrentAsks::end(const std::shared_ptr<Running>& one, bool serves, std::uint64_t& counter) {
  if (running_.erase(one) == 0) return;
  if (!one->is_held) --at_once_;
  ++counter;
  one->patience.cancel();
  if (one->dial) dialer_.cancel(*one->dial);
  if (const auto talk = std::exchange(one->talk, nullptr)) talk->close();
  parts_.answered(one->ask, serves);
  next();
}

bool TorrentAsks::is_asking(const core::bittorrent::TorrentPtr& torrent) const {
  return std::any_of(waiting_.begin(),
                     waiting_.end(),
                     [&](const Ask& ask) { return ask.torrent == torrent; })
         || std::any_of(running_.begin(), running_.end(), [&](const auto& one) {
              return one->ask.torrent == torrent && !one->is_held;
            });
}

bool TorrentAsks::is_held(const core::bittorrent::TorrentPtr& torrent) const {
  return std::any_of(running_.begin(), running_.end(), [&](const auto& one) {
    return one->ask.torrent == torrent && one->is_held;
  });
}

}  // namespace freshet::io
