#include "tests/unit/search/relevance/suite.h"

#include <fstream>
#include <sstream>
#include <stdexcept>

namespace freshet::core::search::relevance {
namespace {

std::string trimmed(const std::string& text) {
  const auto first = text.find_first_not_of(' ');
  const auto last = text.find_last_not_of(' ');
  return first == std::string::npos ? std::string() : text.substr(first, last - first + 1);
}

// As a shell would cut it, quotes alone being special.
Words arguments_of(const std::string& text) {
  Words words;
  std::string word;
  bool quoted = false;
  for (const char c : text + " ") {
    if (c == '"') {
      quoted = !quoted;
    } else if (c == ' ' && !quoted) {
      if (!word.empty()) words.push_back(word);
      word.clear();
    } else {
      word += c;
    }
  }
  return words;
}

Pair pair_from(const std::string& text, std::size_t line) {
  const auto arrow = text.rfind("=>");
  if (arrow == std::string::npos)
    throw std::runtime_error("line " + std::to_string(line) + ": a query without =>");
  Pair pair{.typed = arguments_of(text.substr(0, arrow)), .expected = Numbers{}, .line = line};
  const std::string answer = trimmed(text.substr(arrow + 2));
  if (answer == "error") {
    pair.expected.reset();
  } else if (answer != "-") {
    std::istringstream numbers(answer);
    for (std::uint32_t number = 0; numbers >> number;) pair.expected->push_back(number);
    if (pair.expected->empty() || !numbers.eof())
      throw std::runtime_error("line " + std::to_string(line) + ": not a list of files");
  }
  return pair;
}

void take_line(const std::string& line, std::size_t number, std::vector<Folder>& suite) {
  if (line.empty() || (line[0] == '#' && !line.starts_with("## "))) return;
  if (line.starts_with("## ")) {
    suite.push_back({.title = line.substr(3), .names = {}, .pairs = {}});
  } else if (line.starts_with("? ")) {
    suite.back().pairs.push_back(pair_from(line.substr(2), number));
  } else {
    const auto space = line.find(' ');
    if (line.substr(0, space) != std::to_string(suite.back().names.size() + 1))
      throw std::runtime_error("line " + std::to_string(number) + ": files count from 1");
    suite.back().names.push_back(line.substr(space + 1));
  }
}

}  // namespace

std::vector<Folder> read_suite(const std::string& file) {
  std::ifstream in(file);
  if (!in) throw std::runtime_error("cannot read " + file);
  std::vector<Folder> suite;
  std::size_t number = 0;
  for (std::string line; std::getline(in, line);) take_line(line, ++number, suite);
  return suite;
}

}  // namespace freshet::core::search::relevance
