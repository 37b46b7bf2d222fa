// Numbers and tables as text.
#include "node/bench/tables.h"

#include <doctest/doctest.h>

#include "node/bench/tables_numbers.h"

namespace freshet::bench {
namespace {

TEST_CASE("An exact number is the shortest that reads back") {
  CHECK(exact(0.1) == "0.1");
  CHECK(exact(1500.25) == "1500.25");
  CHECK(exact(40) == "40");
  CHECK(exact(1.0 / 3) == "0.3333333333333333");
  CHECK(std::stod(exact(1e21 / 7)) == 1e21 / 7);
}

TEST_CASE("Fixed numbers have commas between thousands") {
  CHECK(fixed(1234567.891, 2) == "1,234,567.89");
  CHECK(fixed(999, 0) == "999");
  CHECK(fixed(1000, 0) == "1,000");
  CHECK(fixed(-1234.5, 1) == "-1,234.5");
  CHECK(fixed(-0.001, 1) == "0.0");
  CHECK(grouped(12345) == "12,345");
}

TEST_CASE("Brief numbers have four digits, or all of a whole number") {
  CHECK(brief(0) == "0");
  CHECK(brief(12345.6) == "12,346");
  CHECK(brief(123.45) == "123.5");
  CHECK(brief(0.0123) == "0.0123");
  CHECK(brief(7) == "7");
  CHECK(even(242) == "242.0");
  CHECK(or_dash(std::nullopt) == "–");
}

TEST_CASE("A share is all or nothing only when it is") {
  CHECK(percent(1) == "100 %");
  CHECK(percent(0) == "0 %");
  CHECK(percent(0.123456) == "12.3 %");
  CHECK(percent(0.99999) == "99.999 %");
  CHECK(percent(0.0001) == "0.01 %");
  CHECK(percent(1 - 1e-12) == "> 99.9999 %");
}

TEST_CASE("An interval decides how many digits its mean shows") {
  CHECK(with_interval(1234.5678, 56.1) == "1,235 ± 56");
  CHECK(with_interval(5.789, 0.33) == "5.79 ± 0.33");
  CHECK(with_interval(44.29234, 0.0301) == "44.29 ± 0.03");
  CHECK(with_interval(4534.2, 0.38) == "4,534.2 ± 0.4");
  CHECK(with_interval(148432, 1643.7) == "148,432 ± 1,644");
  CHECK(with_interval(10, 0.0) == "10 ± 0");
  CHECK(with_interval(10, std::nullopt) == "10");
}

TEST_CASE("Sizes and probabilities are short") {
  CHECK(size_text(0) == "0 B");
  CHECK(size_text(999) == "999 B");
  CHECK(size_text(1234) == "1.23 kB");
  CHECK(size_text(99.34e3) == "99.3 kB");
  CHECK(size_text(2.5e9) == "2.50 GB");
  CHECK(p_value(0.0002) == "< 0.001");
  CHECK(p_value(0.0421) == "0.042");
  CHECK(p_value(1) == "1");
}

TEST_CASE("A table is as wide as its widest cells, counted in characters") {
  TextTable table({"name", "value"});
  table.add({"é", "1 ± 2"});
  table.add({"longer", "3"});
  CHECK(table.text()
        == "name    value\n"
           "é       1 ± 2\n"
           "longer      3\n");
}

TEST_CASE("A field of CSV is quoted where it must be") {
  CHECK(csv_field("crash 30 %") == "crash 30 %");
  CHECK(csv_field("a,b") == "\"a,b\"");
  CHECK(csv_field("a \"b\"") == "\"a \"\"b\"\"\"");
}

}  // namespace
}  // namespace freshet::bench
