#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <stdexcept>
#include <string>
#include <type_traits>

#include "gpu/buffer.hpp"
#include "gpu/device.hpp"
#include "gpu/image.hpp"
#include "gpu/recorder.hpp"

namespace scorefield::gpu {

/// Brings values from the GPU to the host, when the submission that copies them has completed:
///
///     readback.record(recorder, buffer);
///     readback.submitted(device.submit(recorder));
///     … if (const auto values = readback.take()) use(*values);
template <class T>
class Readback {
    static_assert(std::is_trivially_copyable_v<T>);

  public:
    /// Without room.
    Readback() = default;
    /// With room for `size` values.
    Readback(Device& device, const std::string& name, std::size_t size)
        : device_(&device), buffer_(device, name, size * sizeof(T), MemoryUse::readback) {}

    std::size_t size() const { return buffer_ ? static_cast<std::size_t>(buffer_.bytes()) / sizeof(T) : 0; }

    /// Copies values first … first+count−1 of the buffer to the places from `at` on. A recording may hold several such
    /// copies. std::logic_error while the copies of an earlier recording are pending.
    void record(Recorder& recorder, const Buffer& source, std::size_t first, std::size_t count, std::size_t at = 0) {
        require_free();
        recorder.copy(source, first * sizeof(T), buffer_, at * sizeof(T), count * sizeof(T));
        recorded_ = true;
    }
    void record(Recorder& recorder, const Buffer& source) { record(recorder, source, 0, size()); }
    /// Copies the whole image; rows follow each other without gaps.
    void record(Recorder& recorder, const Image& source) {
        require_free();
        recorder.copy(source, buffer_);
        recorded_ = true;
    }
    /// The submission of the recording; may be called for recordings without copies, too.
    void submitted(Submission submission) {
        if (recorded_) submission_ = submission;
        recorded_ = false;
    }

    /// True from `record` until the values are taken or discarded.
    bool pending() const { return recorded_ || submission_; }
    /// The values, once, when they have arrived. They stay until the next `record`.
    std::optional<std::span<const T>> take() {
        if (!submission_ || !device_->completed(*submission_)) return std::nullopt;
        return wait();
    }
    /// The same, but waits for the submission. std::logic_error when there is none.
    std::span<const T> wait() {
        if (!submission_) throw std::logic_error("a read-back was not submitted");
        device_->wait(*submission_);
        submission_.reset();
        return buffer_.template mapped<const T>();
    }
    /// Forgets what is pending.
    void discard() {
        recorded_ = false;
        submission_.reset();
    }

  private:
    void require_free() const {
        if (submission_)
            throw std::logic_error("read-back '" + buffer_.name() + "' is pending: take or discard it first");
    }

    Device* device_ = nullptr;
    Buffer buffer_;
    bool recorded_ = false;                 ///< by the recording under way
    std::optional<Submission> submission_;  ///< that carries the copies
};

}  // namespace scorefield::gpu
