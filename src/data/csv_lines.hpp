#pragma once

#include <cstddef>
#include <optional>
#include <string_view>

namespace scorefield::data {

/// What stands between the values of a line; a space stands for any number of spaces and tabs.
inline constexpr char kAnySpace = ' ';

/// The lines of a CSV file that hold something, without comments. They end in LF, CR LF or CR.
class CsvLines {
  public:
    explicit CsvLines(std::string_view text);
    /// Goes on to the next line; false at the end.
    bool next();
    std::string_view line() const { return line_; }
    std::size_t number() const { return number_; }  ///< from 1, comments and empty lines counted

  private:
    std::string_view rest_;
    std::string_view line_;
    std::size_t number_ = 0;
};

/// `text` without the spaces and tabs around it.
std::string_view trimmed(std::string_view text);

/// What separates the values of a line that is the first of its kind.
char separator_of(std::string_view line);

/// The values of a line, one after the other, without spaces and quotes around them.
class CsvFields {
  public:
    CsvFields(std::string_view line, char separator) : rest_(line), separator_(separator) {}
    /// The next one; nothing behind the last.
    std::optional<std::string_view> next();
    /// Whether the last one stood in quotes.
    bool was_quoted() const { return quoted_; }

  private:
    std::string_view rest_;
    bool quoted_ = false;
    char separator_;
    bool done_ = false;
};

}  // namespace scorefield::data
