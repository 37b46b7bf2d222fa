#include "node/io/host/torrent_offers.h"

#include <algorithm>
#include <optional>

#include <asio/io_context.hpp>
#include <asio/steady_timer.hpp>

#include "node/core/bittorrent/offer_places.h"
#include "node/wire/overlay/publication.h"

namespace freshet::io {

using core::bittorrent::OfferPlaces;

namespace {

constexpr std::chrono::seconds kAskingPatience{5};
constexpr std::chrono::seconds kRecordPatience{20};
// A little less than who asks waits.
constexpr std::chrono::minutes kVerdictPatience{9};

}  // namespace

struct TorrentOffers::Talk {
  explicit Talk(asio::io_context& io) : patience(io) {}

  enum class State : std::uint8_t { asking, showing, waiting };
  State state = State::asking;
  AskedTorrent asked;
  bool was_shown = false;  ///< its record was wanted
  Bytes record;
  std::shared_ptr<TorrentTalk> with;
  asio::steady_timer patience;
};

TorrentOffers::TorrentOffers(asio::io_context& io, RecordChecks& checks, Parts parts)
    : io_(io),
      checks_(checks),
      parts_(std::move(parts)) {}

// NOLINTNEXTLINE(bugprone-exception-escape): asio declares it, for no timer of ours
TorrentOffers::~TorrentOffers() {
  stop();
}

void TorrentOffers::stop() {
  if (std::exchange(stopped_, true)) return;
  for (const TalkPtr& talk : std::set(talks_)) end(talk);
  const auto last = std::exchange(*kept_, {});
}

void TorrentOffers::take_in(const std::shared_ptr<TlsLink>& link) {
  if (stopped_ || !OfferPlaces::may_talk(talking(), link->remote())) {
    ++counters_.no_room;
    link->abandon();
    return;
  }
  const auto talk = std::make_shared<Talk>(io_);
  talk->with = std::make_shared<TorrentTalk>(kept_, link);
  talks_.insert(talk);
  arm(talk, kAskingPatience);
  talk->with->start(
      [this, talk](wire::FrameType type, ByteView body) { on_said(talk, type, body); },
      [this, talk] {
        ++counters_.silent;
        end(talk);
      });
}

void TorrentOffers::arm(const TalkPtr& talk, std::chrono::steady_clock::duration patience) {
  talk->patience.expires_after(patience);
  talk->patience.async_wait([this, talk](const asio::error_code& canceled) {
    if (canceled || !talks_.contains(talk)) return;
    ++counters_.silent;
    end(talk);
  });
}

void TorrentOffers::on_said(const TalkPtr& talk, wire::FrameType type, ByteView body) {
  if (talk->state == Talk::State::asking && type == wire::FrameType::torrent_ask) {
    if (const auto ask = wire::decode_torrent_ask(body)) {
      on_ask(talk, {.name = ask->info_hash, .content = ask->content});
      return;
    }
  }
  if (talk->state == Talk::State::showing && type == wire::FrameType::torrent_record) {
    on_part(talk, body);
    return;
  }
  ++counters_.unexpected;
  end(talk);
}

void TorrentOffers::on_ask(const TalkPtr& talk, const AskedTorrent& asked) {
  ++counters_.asked;
  talk->asked = asked;
  const auto known = parts_.find(asked.name);
  const bool is_other = known && known->content != asked.content;
  if (is_other || !parts_.has(asked.content)) {
    answer(talk, false, counters_.not_here);
  } else if (known) {
    answer(talk, true, counters_.served);
  } else if (checks_.would_be_vain(asked, talk->with->remote())) {
    answer(talk, false, counters_.vain);
  } else if (checks_.is_checking(asked) || is_coming(asked)) {
    wait(talk);
  } else if (!parts_.has_room(asked.content) || !checks_.has_room() || !may_come(talk)) {
    answer(talk, false, counters_.no_room);
  } else {
    want_record(talk);
  }
}

void TorrentOffers::want_record(const TalkPtr& talk) {
  talk->was_shown = true;
  talk->state = Talk::State::showing;
  arm(talk, kRecordPatience);
  talk->with->send(wire::FrameType::torrent_answer, wire::encode(wire::TorrentAnswer::show));
}

bool TorrentOffers::want_next(const AskedTorrent& asked) {
  for (const TalkPtr& talk : talks_) {
    if (talk->state != Talk::State::waiting || talk->was_shown || talk->asked != asked) continue;
    if (checks_.would_be_vain(asked, talk->with->remote()) || !checks_.has_room()
        || !may_come(talk))
      continue;
    want_record(talk);
    return true;
  }
  return false;
}

void TorrentOffers::on_part(const TalkPtr& talk, ByteView part) {
  if (talk->record.size() + part.size() > wire::kMaxPublicationBytes) {
    ++counters_.unexpected;
    end(talk);
    return;
  }
  talk->record.insert(talk->record.end(), part.begin(), part.end());
  if (part.size() == wire::kPublicationPartBytes) return;
  if (!checks_.has_room()) {
    answer(talk, false, counters_.no_room);
    return;
  }
  wait(talk);
  checks_.check({.bytes = std::exchange(talk->record, {}),
                 .asked = talk->asked,
                 .sender = talk->with->remote()});
}

void TorrentOffers::wait(const TalkPtr& talk) {
  talk->state = Talk::State::waiting;
  arm(talk, kVerdictPatience);
  talk->with->send(wire::FrameType::torrent_answer, wire::encode(wire::TorrentAnswer::wait));
}

void TorrentOffers::on_checked(const AskedTorrent& asked, std::optional<store::Published> torrent) {
  const bool is_true = torrent.has_value();
  if (torrent) parts_.serve(std::move(*torrent));
  const bool serves = is_true && parts_.find(asked.name) != nullptr;
  std::uint64_t refused = 0;  // why is counted by who checked it
  // One bad record is no reason to refuse who brings another.
  const bool others_wait = !is_true && want_next(asked);
  for (const TalkPtr& talk : std::set(talks_)) {
    if (talk->state != Talk::State::waiting || talk->asked != asked) continue;
    if (others_wait && !talk->was_shown) continue;
    answer(talk, serves, serves ? counters_.served : is_true ? counters_.no_room : refused);
  }
}

void TorrentOffers::answer(const TalkPtr& talk, bool serves, std::uint64_t& counter) {
  ++counter;
  say(*talk, serves);
  end(talk);
}

void TorrentOffers::say(const Talk& talk, bool serves) {
  const auto said = serves ? wire::TorrentAnswer::yes : wire::TorrentAnswer::no;
  talk.with->send(wire::FrameType::torrent_answer, wire::encode(said));
}

bool TorrentOffers::close(const TalkPtr& talk) {
  if (talks_.erase(talk) == 0) return false;
  talk->patience.cancel();
  talk->with->close();
  return true;
}

void TorrentOffers::end(const TalkPtr& talk) {
  const bool was_showing = talk->state == Talk::State::showing;
  if (!close(talk) || stopped_ || !was_showing || checks_.is_checking(talk->asked)) return;
  if (want_next(talk->asked)) return;
  // Nobody brings the record that these wait for.
  for (const TalkPtr& other : std::set(talks_)) {
    if (other->state != Talk::State::waiting || other->asked != talk->asked) continue;
    ++counters_.silent;
    say(*other, false);
    close(other);
  }
}

bool TorrentOffers::is_coming(const AskedTorrent& asked) const {
  return std::any_of(talks_.begin(), talks_.end(), [&](const TalkPtr& each) {
    return each->state == Talk::State::showing && each->asked == asked;
  });
}

bool TorrentOffers::may_come(const TalkPtr& talk) const {
  return OfferPlaces::may_bring(bringing(), talk->with->remote());
}

std::vector<Endpoint> TorrentOffers::talking() const {
  std::vector<Endpoint> from;
  for (const TalkPtr& talk : talks_) from.push_back(talk->with->remote());
  return from;
}

std::vector<Endpoint> TorrentOffers::bringing() const {
  std::vector<Endpoint> from;
  for (const TalkPtr& talk : talks_)
    if (talk->state == Talk::State::showing) from.push_back(talk->with->remote());
  return from;
}

void TorrentOffers::count(const Counters& it,
                          std::vector<std::pair<std::string, std::uint64_t>>& all) {
  all.emplace_back("torrent_offers_asked", it.asked);
  all.emplace_back("torrent_offers_served", it.served);
  all.emplace_back("torrent_offers_not_here", it.not_here);
  all.emplace_back("torrent_offers_vain", it.vain);
  all.emplace_back("torrent_offers_no_room", it.no_room);
  all.emplace_back("torrent_offers_unexpected", it.unexpected);
  all.emplace_back("torrent_offers_silent", it.silent);
}

void TorrentOffers::add_limits(Limits& limits) const {
  const auto add = [&](const char* name, std::uint64_t value, std::optional<std::uint64_t> use) {
    limits.push_back({.name = name, .value = value, .use = use});
  };
  add("torrent_offers", OfferPlaces::kMaxTalks, talks_.size());
  add("torrent_offers_per_sender", OfferPlaces::kMaxTalksPerSender, std::nullopt);
  add("torrent_records_coming", OfferPlaces::kMaxComing, bringing().size());
  add("torrent_records_coming_per_sender", OfferPlaces::kMaxComingPerSender, std::nullopt);
  add("torrent_record_bytes", wire::kMaxPublicationBytes, std::nullopt);
}

}  // namespace freshet::io
