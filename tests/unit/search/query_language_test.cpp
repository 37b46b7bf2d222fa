// Alternatives, beginnings and filters as they are typed; and where a mistake is said to be.
#include <doctest/doctest.h>

#include "node/core/search/filter_text.h"
#include "node/core/search/query_text.h"

namespace freshet::core::search {
namespace {

using Words = std::vector<std::string>;
using wire::FileKind;

wire::Query parsed(const Words& arguments) {
  auto query = parse_query(arguments);
  CAPTURE((query.ok() ? std::string() : query.error().message));
  REQUIRE(query.ok());
  return *query;
}

wire::QueryFilter filter_of(const Words& arguments) {
  const auto query = parsed(arguments);
  REQUIRE(query.filter);
  return *query.filter;
}

std::string refusal(const Words& arguments) {
  const auto query = parse_query(arguments);
  REQUIRE_FALSE(query.ok());
  CHECK(query.error().code == ErrorCode::invalid);
  return query.error().message;
}

constexpr std::uint64_t kMi = 1024 * 1024;

}  // namespace

TEST_CASE("OR joins the words beside it and leaves the others alone") {
  const auto query = parsed({"red", "Boat", "OR", "big ship", "OR", "Café", "-sunk"});
  CHECK(query.terms == Words{"red"});
  CHECK(query.excluded == Words{"sunk"});
  REQUIRE(query.filter);
  REQUIRE(query.filter->any_of.size() == 1);
  CHECK(query.filter->any_of[0].words == Words{"boat", "big ship", "cafe"});
}

TEST_CASE("two pairs of alternatives are two conditions") {
  const auto filter = filter_of({"boat", "OR", "ship", "red", "OR", "blu*"});
  CHECK(filter.any_of.size() == 2);
}

TEST_CASE("a star behind a word finds what begins so") {
  const auto filter = filter_of({"Holi*"});
  REQUIRE(filter.any_of.size() == 1);
  CHECK(filter.any_of[0].prefixes == Words{"holi"});
  CHECK(filter_of({"boat", "OR", "shi*"}).any_of[0].prefixes == Words{"shi"});
  CHECK(filter_of({"東*"}).any_of[0].prefixes == Words{"東"});
}

TEST_CASE("sizes are ranges, in units of 1,024") {
  CHECK(filter_of({"size:10M.."}).size_from_bytes == 10 * kMi);
  CHECK(filter_of({"size:10M.."}).size_below_bytes == 0);
  CHECK(filter_of({"size:..1M"}).size_below_bytes == kMi + 1);
  CHECK(filter_of({"size:>1.5MiB"}).size_from_bytes == kMi * 3 / 2 + 1);
  CHECK(filter_of({"size:>=700"}).size_from_bytes == 700);
  CHECK(filter_of({"size:<2k"}).size_below_bytes == 2048);
  const auto both = filter_of({"size:1M..2M", "size:<=1536K"});
  CHECK(both.size_from_bytes == kMi);
  CHECK(both.size_below_bytes == 1536 * 1024 + 1);
}

TEST_CASE("types and extensions add up, other filters narrow") {
  const auto filter =
      filter_of({"type:video,audio", "TYPE:Image", "ext:.PDF,epub", "newer:7d", "newer:2w"});
  CHECK(filter.kinds
        == (static_cast<std::uint32_t>(FileKind::video)
            | static_cast<std::uint32_t>(FileKind::audio)
            | static_cast<std::uint32_t>(FileKind::image)));
  CHECK(filter.extensions == Words{"pdf", "epub"});
  CHECK(filter.max_age_s == 7U * 86'400U);
  CHECK(filter_of({"path:Moon_Rise"}).folders == Words{"moon rise"});
  CHECK(filter_of({"id:3FA9"}).id_prefix == "3fa9");
}

TEST_CASE("a peer is named by words of its name or by its key's first digits") {
  CHECK(filter_of({"peer:Ada's-Laptop"}).peer == "ada s laptop");
  CHECK(filter_of({"peer:3FA9"}).peer == "3fa9");
}

TEST_CASE("only known fields are filters; any other colon separates words") {
  const auto query = parsed({"chapter:one"});
  CHECK(query.terms == Words{"chapter", "one"});
  CHECK_FALSE(query.filter);
  CHECK(parsed({"--", "size:big", "OR"}).terms == Words{"size", "big", "or"});
}

TEST_CASE("a filter alone is a query") {
  CHECK(parsed({"type:video"}).terms.empty());
}

TEST_CASE("a mistake is said with its column and what would be right") {
  CHECK(refusal({"boat", "size:10Q"}).starts_with("column 6: '10Q' is no range of sizes"));
  CHECK(refusal({"two words", "type:film"})
            .starts_with("column 13: 'film' is no type; one of audio"));
  CHECK(refusal({"OR", "boat"}).starts_with("column 1: OR stands between"));
  CHECK(refusal({"boat", "OR"}).starts_with("column 6: OR stands between"));
  CHECK(refusal({"boat", "OR", "OR", "ship"}).starts_with("column 9: OR stands between"));
  CHECK(refusal({"boat", "OR", "-ship"}).starts_with("column 9: OR joins words"));
  CHECK(refusal({"boat", "OR", "size:1M.."}).starts_with("column 9: OR joins words"));
  CHECK(refusal({"a*"}).starts_with("column 1: a beginning has 2 letters"));
  CHECK(refusal({"x", "-type:video"}).starts_with("column 3: words can be excluded"));
  CHECK(refusal({"newer:soon"}).starts_with("column 1: 'soon' is no age"));
  CHECK(refusal({"ext:"}).starts_with("column 1: nothing stands behind ext:"));
  CHECK(refusal({"size:2M..1M"}).starts_with("column 1: no size is in that range"));
  CHECK(refusal({"size:<0"}).starts_with("column 1: no size is in that range"));
  CHECK(refusal({"size:.."}).starts_with("column 1: '..' is no range"));
  CHECK(refusal({"id:xyz"}).starts_with("column 1: 'xyz' is not the front of an id"));
  CHECK(refusal({"peer:a", "peer:b"}).starts_with("column 8: peer: can be said once"));
}

TEST_CASE("sizes beyond what a file can have are none") {
  CHECK(parse_size("1023T") == 1023ULL << 40U);
  CHECK_FALSE(parse_size("99999999T"));
  CHECK_FALSE(parse_size("9999999999999999999"));
  CHECK_FALSE(parse_size(""));
  CHECK_FALSE(parse_size("M"));
  CHECK_FALSE(parse_size("1.2.3"));
  CHECK_FALSE(parse_size("-1"));
}

TEST_CASE("a filter's words count with the query's") {
  Words many;
  for (std::size_t i = 0; i < wire::kMaxQueryWords; ++i)
    many.push_back("ext:e" + std::to_string(i));
  CHECK(parse_query(many).ok());
  many.emplace_back("more");
  CHECK(refusal(many).starts_with("too many words"));
}

}  // namespace freshet::core::search
