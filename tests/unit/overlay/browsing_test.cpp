// Neighbours that read what a node shares.
#include "node/core/overlay/browsing.h"

#include <doctest/doctest.h>

#include "tests/unit/overlay/rig.h"

namespace freshet::core::testing {
namespace {

using overlay::BrowseFailure;
using overlay::BrowseId;
using wire::FrameType;

wire::BrowsePage page_with(const std::string& name) {
  wire::BrowsePage page;
  page.files.push_back(
      {.file = {.content = std::nullopt, .name = name, .size_bytes = 1}, .place = 0});
  return page;
}

Guid ask(Rig& rig, LinkId link, std::uint32_t number = 1, wire::BrowsePlace from = 0) {
  rig.give_overlay(overlay::AskBrowse{
      .ask = BrowseId{number}, .link = link, .browse = {.from = from, .max_files = 0}});
  return rig.sent.empty() ? Guid{} : rig.sent.back().header.guid;
}

void answer(Rig& rig, LinkId link, const Guid& request, const Bytes& body) {
  rig.receive(link, {.guid = request, .type = FrameType::browse_page, .ttl = 1}, body);
}

void request(Rig& rig, LinkId link, std::uint8_t number) {
  rig.receive(link,
              {.guid = guid(number), .type = FrameType::browse, .ttl = 1},
              wire::encode(wire::Browse{.from = 5, .max_files = 2}));
}

TEST_CASE("a page is asked of one neighbour, and its answer is told once") {
  Rig rig;
  const LinkId other = rig.link_to(1);
  const LinkId link = rig.link_to(2);
  const Guid asked = ask(rig, link, 7, 128);
  REQUIRE(rig.sent_on(link).size() == 1);
  CHECK(rig.sent_on(other).empty());
  CHECK(rig.sent.back().header.ttl == 1);
  CHECK(wire::decode_browse(rig.sent.back().body)->from == 128);
  answer(rig, link, asked, wire::encode(page_with("a.txt")));
  answer(rig, link, asked, wire::encode(page_with("a.txt")));
  REQUIRE(rig.browsed.size() == 1);
  CHECK(rig.browsed[0].ask == BrowseId{7});
  CHECK(rig.browsed[0].failure == BrowseFailure::none);
  REQUIRE(rig.browsed[0].page.files.size() == 1);
  CHECK(rig.browsed[0].page.files[0].file.name == "a.txt");
  CHECK(rig.counters.overlay.frames_unexpected == 1);
}

TEST_CASE("a page from another link, or for nothing, is dropped") {
  Rig rig;
  const LinkId other = rig.link_to(1);
  const LinkId link = rig.link_to(2);
  const Guid asked = ask(rig, link);
  answer(rig, other, asked, wire::encode(page_with("a.txt")));
  answer(rig, link, guid(9), wire::encode(page_with("a.txt")));
  CHECK(rig.browsed.empty());
  CHECK(rig.counters.overlay.frames_unexpected == 2);
  CHECK(rig.reason(link) == overlay::CloseReason::none);
}

TEST_CASE("a question that was given up is not answered any more") {
  Rig rig;
  const LinkId link = rig.link_to(1);
  const Guid asked = ask(rig, link, 3);
  rig.give_overlay(overlay::ForgetBrowse{.ask = BrowseId{3}});
  answer(rig, link, asked, wire::encode(page_with("a.txt")));
  CHECK(rig.browsed.empty());
}

TEST_CASE("what cannot be asked fails at once, and says why") {
  Rig rig;
  const LinkId old = rig.connect(1);
  rig.receive(old,
              {.guid = guid(0xAA), .type = FrameType::hello, .ttl = 1},
              wire::encode(wire::Hello{.agent = "old", .name = "old"}));
  rig.clear();
  ask(rig, old, 1);
  ask(rig, LinkId{77}, 2);
  ask(rig, rig.connect(3), 3);  // Hello did not come yet
  REQUIRE(rig.browsed.size() == 3);
  CHECK(rig.browsed[0].failure == BrowseFailure::not_understood);
  CHECK(rig.browsed[1].failure == BrowseFailure::link_gone);
  CHECK(rig.browsed[2].failure == BrowseFailure::link_gone);
  CHECK(rig.count(FrameType::browse) == 0);
}

TEST_CASE("no more pages are waited for than the limit says") {
  Rig rig;
  const LinkId link = rig.link_to(1);
  for (std::uint32_t i = 0; i <= overlay::Browsing::kMaxAsked; ++i) ask(rig, link, i);
  REQUIRE(rig.browsed.size() == 1);
  CHECK(rig.browsed[0].failure == BrowseFailure::too_many);
  CHECK(rig.count(FrameType::browse) == overlay::Browsing::kMaxAsked);
}

TEST_CASE("a link that ends fails what was asked on it, and on no other") {
  Rig rig;
  const LinkId link = rig.link_to(1);
  const LinkId other = rig.link_to(2);
  ask(rig, link, 1);
  ask(rig, other, 2);
  rig.drop(link);
  REQUIRE(rig.browsed.size() == 1);
  CHECK(rig.browsed[0].ask == BrowseId{1});
  CHECK(rig.browsed[0].failure == BrowseFailure::link_gone);
}

TEST_CASE("a page that is none fails the question and is an offence") {
  Rig rig;
  const LinkId link = rig.link_to(1);
  const Guid asked = ask(rig, link);
  answer(rig, link, asked, Bytes{0x1A, 0x7F});
  REQUIRE(rig.browsed.size() == 1);
  CHECK(rig.browsed[0].failure == BrowseFailure::malformed);
  CHECK(rig.counters.overlay.frames_malformed == 1);
}

TEST_CASE("a neighbour's question goes to the host, and the answer back to that neighbour alone") {
  Rig rig;
  const LinkId link = rig.link_to(1);
  const LinkId other = rig.link_to(2);
  request(rig, link, 4);
  REQUIRE(rig.browse_asked.size() == 1);
  CHECK(rig.browse_asked[0].link == link);
  CHECK(rig.browse_asked[0].browse.from == 5);
  CHECK(rig.browse_asked[0].browse.max_files == 2);
  CHECK(rig.sent.empty());
  const overlay::AnswerBrowse said{.link = link, .request = guid(4), .page = page_with("mine.txt")};
  rig.give_overlay(said);
  rig.give_overlay(said);  // once
  CHECK(rig.sent_on(other).empty());
  REQUIRE(rig.sent_on(link).size() == 1);
  CHECK(rig.sent.back().header.type == FrameType::browse_page);
  CHECK(rig.sent.back().header.guid == guid(4));
  CHECK(wire::decode_browse_page(rig.sent.back().body)->files[0].file.name == "mine.txt");
}

TEST_CASE("a neighbour's questions that wait are bounded, and forgotten with the link") {
  Rig rig;
  const LinkId link = rig.link_to(1);
  const auto most = static_cast<std::uint8_t>(overlay::Browsing::kMaxServedPerLink);
  for (std::uint8_t i = 0; i <= most; ++i) request(rig, link, i);
  CHECK(rig.browse_asked.size() == most);
  CHECK(rig.counters.overlay.browses_over_limit == 1);
  rig.drop(link);
  rig.clear();
  rig.give_overlay(overlay::AnswerBrowse{.link = link, .request = guid(0), .page = {}});
  CHECK(rig.sent.empty());
}

TEST_CASE("who asks for pages without end is held back, and in the end banned") {
  Rig rig;
  const LinkId link = rig.link_to(1);
  for (int i = 0; i < 2000 && rig.reason(link) == overlay::CloseReason::none; ++i) {
    request(rig, link, 1);
    rig.give_overlay(overlay::AnswerBrowse{.link = link, .request = guid(1), .page = {}});
  }
  CHECK(rig.counters.overlay.frames_over_rate > 0);
  CHECK(rig.browse_asked.size() <= overlay::rate_of(overlay::Rated::browse).burst + 31);
}

TEST_CASE("a malformed question is an offence") {
  Rig rig;
  const LinkId link = rig.link_to(1);
  rig.receive(link, {.guid = guid(1), .type = FrameType::browse, .ttl = 1}, Bytes{0x0A, 0x7F});
  CHECK(rig.counters.overlay.frames_malformed == 1);
  CHECK(rig.browse_asked.empty());
}

}  // namespace
}  // namespace freshet::core::testing
