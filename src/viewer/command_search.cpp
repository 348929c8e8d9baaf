#include "viewer/command_search.hpp"

#include <algorithm>
#include <cctype>
#include <sstream>
#include <utility>

#include "base/names.hpp"

namespace scorefield::viewer {
namespace {

constexpr int kNotFound = -1;

std::vector<std::string> words_of(std::string_view typed) {
    std::istringstream stream(base::lower_case(std::string(typed)));
    std::vector<std::string> words;
    for (std::string word; stream >> word;) words.push_back(word);
    return words;
}

bool begins_word(const std::string& text, std::size_t at) {
    return at == 0 || std::isalnum(static_cast<unsigned char>(text[at - 1])) == 0;
}

/// How well the entry fits the word: the smaller the better.
int rank_of(const std::string& title, const std::string& help, const std::string& word) {
    const std::size_t found = title.find(word);
    if (found == 0) return title.size() == word.size() ? 0 : 1;
    for (std::size_t at = found; at != std::string::npos; at = title.find(word, at + 1)) {
        if (begins_word(title, at)) return 2;
    }
    if (found != std::string::npos) return 3;
    return help.find(word) != std::string::npos ? 4 : kNotFound;
}

}  // namespace

std::vector<std::size_t> search(const std::vector<SearchEntry>& entries, std::string_view typed) {
    const std::vector<std::string> words = words_of(typed);
    std::vector<std::pair<int, std::size_t>> found;
    for (std::size_t i = 0; i < entries.size(); ++i) {
        const std::string title = base::lower_case(entries[i].title);
        const std::string help = base::lower_case(entries[i].help);
        int rank = 0;
        const bool has_all = std::ranges::all_of(words, [&](const std::string& word) {
            const int of_word = rank_of(title, help, word);
            rank += of_word;
            return of_word != kNotFound;
        });
        if (has_all) found.emplace_back(rank, i);
    }
    std::ranges::stable_sort(found, {}, &std::pair<int, std::size_t>::first);
    std::vector<std::size_t> numbers;
    numbers.reserve(found.size());
    for (const auto& [rank, number] : found) numbers.push_back(number);
    return numbers;
}

}  // namespace scorefield::viewer
