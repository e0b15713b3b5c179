// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#include "kilofold/core/text_table.hpp"

#include <gtest/gtest.h>

namespace kilofold {
namespace {

constexpr auto left = TextTable::Align::left;

TEST(TextTable, KeepsColumnsTwoBlanksApartWhateverTheyHold) {
  TextTable table({{"model", left}, {"rmse"}, {"95 % of draws"}});
  table.add({"a name of many words", "0.02040", "0.0002872 to 0.0005857"});
  table.add({"DT", "1234567.890123", "-"});

  EXPECT_EQ(table.text(),
            "model                           rmse           95 % of draws\n"
            "a name of many words         0.02040  0.0002872 to 0.0005857\n"
            "DT                    1234567.890123                       -\n");
}

TEST(TextTable, HasColumnsOfTheirLeastWidthsAndIndents) {
  TextTable table({{"", left, 6}, {"", TextTable::Align::right, 4}, {"", left}});
  table.add({"x", "1", "one"});
  table.add({"y", "22", ""});

  EXPECT_EQ(table.text("  "), "  x          1  one\n  y         22\n");
}

TEST(TextTable, MakesNoRoomForWhatARowEndsWithEarlyOrBeyond) {
  TextTable table({{"model", left}, {"rmse"}, {"t"}});
  table.add({"DT", "not compared: no trial of both files"});
  table.add({"LR", "1.5", "2", "but see below"});

  EXPECT_EQ(table.text(),
            "model  rmse  t\nDT     not compared: no trial of both files\nLR      1.5  2  but see below\n");
}

TEST(TextTable, CountsCharactersNotBytes) {
  TextTable table({{"", left}, {"", left}});
  table.add({"Größe", "1"});
  table.add({"sizes", "2"});

  EXPECT_EQ(table.text(), "Größe  1\nsizes  2\n");
}

}  // namespace
}  // namespace kilofold
