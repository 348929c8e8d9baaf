#include "data/json.hpp"

#include <fmt/core.h>

#include <cstdint>
#include <utility>
#include <vector>

#include "base/text.hpp"

namespace scorefield::data {
namespace {

using nlohmann::json;

/// What is wrong, as the library says it, with the word that it stopped at cut short.
std::string message_of(const std::string& token, const json::exception& error) {
    constexpr std::size_t kMost = 160;
    std::string message = error.what();
    if (const std::size_t prefix = message.find("] "); prefix != std::string::npos) message.erase(0, prefix + 2);
    if (const std::size_t at = message.find(token); !token.empty() && at != std::string::npos) {
        message.replace(at, token.size(), base::shown(token));
    }
    return base::shortened(message, kMost);
}

/// Builds the value from the parser's events, within the limits.
class Builder {
  public:
    Builder(const JsonLimits& limits, std::string_view streamed, const TakeElement* take)
        : limits_(limits), streamed_(streamed), take_(take) {}

    json take_root() { return std::move(root_); }

    // The events, by the names that the library asks for. Each says whether to go on.
    bool null() { return scalar(nullptr); }
    bool boolean(bool value) { return scalar(value); }
    bool number_integer(json::number_integer_t value) { return scalar(value); }
    bool number_unsigned(json::number_unsigned_t value) { return scalar(value); }
    bool number_float(json::number_float_t value, const std::string& /*text*/) { return scalar(value); }
    bool string(std::string& value) { return scalar(std::move(value)); }
    bool binary(json::binary_t& /*value*/) { return false; }
    bool start_object(std::size_t /*size*/) { return open(json::object()); }
    bool start_array(std::size_t /*size*/) {
        const bool streams = take_ != nullptr && open_.size() == 1 && open_[0]->is_object() && key_ == streamed_;
        open(json::array());
        if (streams) stream_ = open_.back();
        return true;
    }
    bool key(std::string& name) {
        count();
        const auto [member, fresh] = open_.back()->get_ref<json::object_t&>().try_emplace(name, nullptr);
        if (!fresh) throw JsonError(fmt::format("'{}' comes twice", base::shown(name)));
        member_ = &member->second;
        if (open_.size() == 1) key_ = std::move(name);
        return true;
    }
    bool end_object() { return close(); }
    bool end_array() { return close(); }
    bool parse_error(std::size_t /*position*/, const std::string& token, const json::exception& error) {
        throw JsonError(message_of(token, error));
    }

  private:
    bool is_element() const { return stream_ != nullptr && open_.back() == stream_; }

    template <class Value>
    bool scalar(Value&& value) {
        add(std::forward<Value>(value));
        if (!open_.empty() && is_element()) hand_on();
        return true;
    }

    bool open(json container) {
        if (open_.size() == limits_.depth) throw JsonError(fmt::format("nested more than {} deep", limits_.depth));
        open_.push_back(&add(std::move(container)));
        return true;
    }

    bool close() {
        if (open_.back() == stream_) stream_ = nullptr;
        open_.pop_back();
        if (!open_.empty() && is_element()) hand_on();
        return true;
    }

    json& add(json value) {
        count();
        if (open_.empty()) return root_ = std::move(value);
        json& parent = *open_.back();
        if (parent.is_object()) return *member_ = std::move(value);
        parent.push_back(std::move(value));
        return parent.back();
    }

    /// The element that stands alone in the array whose elements are handed on.
    void hand_on() {
        if (*take_) (*take_)(index_, stream_->front());
        ++index_;
        stream_->clear();
        count_ = 0;
    }

    void count() {
        if (++count_ > limits_.values) throw JsonTooLarge(fmt::format("it holds more than {} values", limits_.values));
    }

    JsonLimits limits_;
    std::string_view streamed_;
    const TakeElement* take_;
    json root_;
    std::vector<json*> open_;  ///< containers, each the last value of the one before
    json* member_ = nullptr;   ///< of the innermost object: the value of the last key
    std::string key_;          ///< the last one of the root
    json* stream_ = nullptr;   ///< the array whose elements are handed on, while it is open
    std::size_t index_ = 0;
    std::size_t count_ = 0;
};

json parse(std::string_view text, const JsonLimits& limits, std::string_view streamed, const TakeElement* take) {
    // The library would take a zero byte for the end.
    if (text.find('\0') != std::string_view::npos) throw JsonError("it contains a zero byte");
    Builder builder(limits, streamed, take);
    json::sax_parse(text, &builder);
    return builder.take_root();
}

}  // namespace

json parse_json(std::string_view text, const JsonLimits& limits) {
    return parse(text, limits, {}, nullptr);
}

json parse_json(std::string_view text, std::string_view key, const TakeElement& take, const JsonLimits& limits) {
    return parse(text, limits, key, &take);
}

}  // namespace scorefield::data
