#pragma once

#include <vulkan/vulkan.h>

#include <array>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "base/trace.hpp"
#include "gpu/buffer.hpp"
#include "gpu/device.hpp"
#include "gpu/image.hpp"
#include "gpu/pipeline.hpp"

namespace scorefield::gpu {

enum class Access { read, write, read_write };

/// A resource for one binding of a pipeline, in order of binding numbers, and what the pass does with it. The access
/// must cover what the shader does.
struct Binding {
    const Buffer* buffer = nullptr;
    const Image* image = nullptr;
    Access access = Access::read;
    VkDeviceSize offset = 0;  ///< of buffers: a multiple of storage_offset_alignment
    VkDeviceSize bytes = VK_WHOLE_SIZE;
    Filter filter = Filter::linear;  ///< of sampled images
};

Binding reads(const Buffer& buffer, VkDeviceSize offset = 0, VkDeviceSize bytes = VK_WHOLE_SIZE);
Binding writes(const Buffer& buffer, VkDeviceSize offset = 0, VkDeviceSize bytes = VK_WHOLE_SIZE);
Binding reads_writes(const Buffer& buffer, VkDeviceSize offset = 0, VkDeviceSize bytes = VK_WHOLE_SIZE);
Binding reads(const Image& image, Filter filter = Filter::linear);
Binding writes(const Image& image);
Binding reads_writes(const Image& image);

/// What an external pass does with a resource.
struct ExternalUse {
    const Buffer* buffer = nullptr;
    const Image* image = nullptr;
    Use use;
};

/// The pass draws over the image's content as a colour attachment in COLOR_ATTACHMENT_OPTIMAL (and leaves it so).
ExternalUse draws_on(const Image& image);

/// For pipelines without push constants.
struct NoPush {};
inline constexpr NoPush kNoPush;

/// GPU time of one scope.
struct Timing {
    std::string name;
    double seconds = 0;
};

/// Records one command buffer at a time and reuses it: begin, passes, Device::submit, and again once that has
/// completed. All barriers and layouts are derived from the declared accesses; across recordings too. One recorder of
/// a device records at a time; a recording that is neither submitted nor continued (an exception, say) is forgotten
/// when the recorder is destroyed or begins anew. Mistakes of the caller throw std::logic_error. Memory is kept from
/// recording to recording: repeating one allocates nothing here (names of scopes up to 15 characters; the driver makes
/// a descriptor set for each dispatch and draw that has bindings).
class Recorder {
  public:
    Recorder(Device& device, std::string name);
    ~Recorder();
    Recorder(const Recorder&) = delete;
    Recorder& operator=(const Recorder&) = delete;

    /// Waits while a recorder of another thread records. std::logic_error while the last submission is still in flight,
    /// or while another recorder of this thread records.
    void begin();

    /// Groups along x, y, z; nothing is recorded when one of them is 0. Throws std::logic_error naming pipeline,
    /// binding and resource when an access does not cover what the shader does, the number of bindings or the size of
    /// the push constants differs from the shader's, or the groups exceed the device's limit.
    void dispatch(const ComputePipeline& pipeline, std::span<const Binding> bindings, std::span<const std::byte> push,
                  std::uint32_t x, std::uint32_t y = 1, std::uint32_t z = 1);
    template <class Push>
    requires std::is_trivially_copyable_v<Push>
    void dispatch(const ComputePipeline& pipeline, std::initializer_list<Binding> bindings, const Push& push,
                  std::uint32_t x, std::uint32_t y = 1, std::uint32_t z = 1) {
        dispatch(pipeline, std::span(bindings.begin(), bindings.size()), bytes_of(push), x, y, z);
    }

    /// Fills the whole buffer with copies of `value`; its size must be a multiple of 4.
    void fill(const Buffer& buffer, std::uint32_t value);
    void copy(const Buffer& source, VkDeviceSize source_offset, const Buffer& target, VkDeviceSize target_offset,
              VkDeviceSize bytes);
    void copy(const Buffer& source, const Buffer& target) { copy(source, 0, target, 0, source.bytes()); }
    /// Rows follow each other without gaps in the buffer; the offset is a multiple of a texel and of 4 bytes.
    void copy(const Image& source, const Buffer& target, VkDeviceSize target_offset = 0);
    void copy(const Buffer& source, const Image& target, VkDeviceSize source_offset = 0);
    /// Both of one size, with texels of as many bytes; formats are not converted.
    void copy(const Image& source, const Image& target);
    /// The whole source, with its upper left corner at `place`, inside the target. Formats as above.
    void copy(const Image& source, const Image& target, VkOffset2D place);
    void clear(const Image& image, std::array<float, 4> colour);

    /// Draws over what is there, onto the whole image.
    void draw(const GraphicsPipeline& pipeline, const Image& target, std::span<const Binding> bindings,
              std::span<const std::byte> push, std::uint32_t vertices, std::uint32_t instances = 1);
    template <class Push>
    requires std::is_trivially_copyable_v<Push>
    void draw(const GraphicsPipeline& pipeline, const Image& target, std::initializer_list<Binding> bindings,
              const Push& push, std::uint32_t vertices, std::uint32_t instances = 1) {
        draw(pipeline, target, std::span(bindings.begin(), bindings.size()), bytes_of(push), vertices, instances);
    }

    /// A pass of foreign code (the UI library's render pass) that touches exactly what is declared.
    void external(std::string_view name, std::span<const ExternalUse> uses,
                  const std::function<void(VkCommandBuffer)>& record);
    /// Brings a swapchain image into the layout for presenting.
    void prepare_present(const Image& image);

    /// GPU timestamps and a debug label around what is recorded during its life.
    class Scope {
      public:
        Scope(Scope&& other) noexcept
            : recorder_(std::exchange(other.recorder_, nullptr)), index_(other.index_), recording_(other.recording_) {}
        Scope& operator=(Scope&&) = delete;
        ~Scope();

        /// Floating-point operations of what the scope holds, for the device's trace.
        void add_operations(double operations);

      private:
        friend class Recorder;
        Scope(Recorder& recorder, std::size_t index, std::uint64_t recording)
            : recorder_(&recorder), index_(index), recording_(recording) {}
        Recorder* recorder_;
        std::size_t index_;
        std::uint64_t recording_;
    };
    /// Names may repeat hundreds of times in one recording.
    [[nodiscard]] Scope scope(const std::string& name);

    /// The name of the recording's event in the device's trace, and what is said of it and of its scopes; until the
    /// next `begin`. Without this it has the recorder's name. `name`: a literal.
    void describe(const char* name, std::span<const base::TraceArg> args);

    /// The scopes of the last submission, in the order in which they were opened; std::logic_error before it has
    /// completed. Empty where the queue has no timestamps.
    std::vector<Timing> timings() const;

    /// The last submission of this recorder.
    Submission submission() const { return submission_; }
    const std::string& name() const { return name_; }
    bool recording() const { return recording_ != 0; }

  private:
    friend class Device;
    struct State;

    template <class Push>
    static std::span<const std::byte> bytes_of(const Push& push) {
        if constexpr (std::is_empty_v<Push>) {
            return {};
        } else {
            return std::as_bytes(std::span(&push, 1));
        }
    }
    void require_recording() const;
    void abandon();
    /// Ends the command buffer for Device::submit.
    VkCommandBuffer finish();
    void submitted(Submission submission);

    Device& device_;
    std::string name_;
    std::uint64_t recording_ = 0;  ///< number of the recording under way; 0: none
    Submission submission_;
    std::unique_ptr<State> state_;
};

}  // namespace scorefield::gpu
