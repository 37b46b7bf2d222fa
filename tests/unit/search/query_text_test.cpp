// What is typed after `search`, as a query.
#include "node/core/search/query_text.h"

#include <doctest/doctest.h>

namespace freshet::core::search {
namespace {

using Words = std::vector<std::string>;

wire::Query parsed_text(const Words& arguments) {
  auto query = parse_query(arguments);
  REQUIRE(query.ok());
  return *query;
}

}  // namespace

TEST_CASE("each word of an argument is a term, folded and once") {
  const auto query = parsed_text({"Café", "foo_bar", "cafe"});
  CHECK(query.terms == Words{"cafe", "foo", "bar"});
  CHECK(query.phrases.empty());
  CHECK(query.excluded.empty());
  CHECK_FALSE(query.content);
}

TEST_CASE("an argument with spaces is a phrase, and a term when one word is left of it") {
  const auto query = parsed_text({"Summer in Rome", " beach "});
  CHECK(query.phrases == Words{"summer in rome"});
  CHECK(query.terms == Words{"beach"});
}

TEST_CASE("parts that were typed together are a phrase") {
  CHECK(parsed_text({"HolidayPhotos"}).phrases == Words{"holiday photos"});
  CHECK(parsed_text({"mp3"}).phrases == Words{"mp 3"});
  CHECK(parsed_text({"東京都"}).phrases == Words{"東京 都"});
}

TEST_CASE("a leading hyphen excludes, and several words behind it are one phrase") {
  const auto query = parsed_text({"jazz", "-live", "-foo_bar", "-mp3"});
  CHECK(query.terms == Words{"jazz"});
  CHECK(query.excluded == Words{"live", "foo bar", "mp 3"});
}

TEST_CASE("after a double hyphen arguments are taken as they are") {
  const auto query = parsed_text({"--", "-v", "--"});
  CHECK(query.terms == Words{"v"});
  CHECK(query.excluded.empty());
}

TEST_CASE("a query that asks for nothing is refused and says why") {
  const auto nothing = parse_query({"...", "-"});
  REQUIRE_FALSE(nothing.ok());
  CHECK(nothing.error().code == ErrorCode::invalid);
  CHECK(nothing.error().message.find("nothing to search for") == 0);
  CHECK_FALSE(parse_query({}).ok());
  const auto excluded = parse_query({"-live"});
  REQUIRE_FALSE(excluded.ok());
  CHECK(excluded.error().message.find("only excluded words") == 0);
}

TEST_CASE("a query beyond the wire's limits is refused and says which") {
  Words many;
  for (std::size_t i = 0; i <= wire::kMaxQueryWords; ++i) many.push_back(std::string(i + 1, 'x'));
  const auto too_many = parse_query(many);
  REQUIRE_FALSE(too_many.ok());
  CHECK(too_many.error().message.find("too many words") == 0);
  many.pop_back();
  CHECK(parse_query(many).ok());

  std::string phrase;
  while (phrase.size() <= wire::kMaxQueryWordBytes) phrase += "word ";
  const auto too_long = parse_query({phrase});
  REQUIRE_FALSE(too_long.ok());
  CHECK(too_long.error().message.find("too long") != std::string::npos);
}

TEST_CASE("a word longer than the tokeniser keeps is cut to fit the wire") {
  const auto query = parsed_text({std::string(2000, 'x')});
  CHECK(query.terms.at(0).size() <= wire::kMaxQueryWordBytes);
}

}  // namespace freshet::core::search
