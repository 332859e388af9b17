using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace QuantumCore.Gateway.Http;

/// <summary>
/// A JSON writer and its buffer. The thread keeps them for its next message, because a buffer that grows from small for
/// each message is much garbage.
/// </summary>
internal sealed class JsonScratch : IDisposable
{
    private const int LargestKept = 256 * 1024;

    [ThreadStatic]
    private static JsonScratch? t_kept;

    private readonly ArrayBufferWriter<byte> _buffer = new(4096);
    private readonly Utf8JsonWriter _writer;

    private JsonScratch() => _writer = new Utf8JsonWriter(
        _buffer, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping });

    /// <summary>The JSON that was written.</summary>
    public ReadOnlySpan<byte> Written => _buffer.WrittenSpan;

    /// <summary>Writes JSON. The bytes are valid until the result is disposed of, on the same thread.</summary>
    public static JsonScratch Write<T>(T state, Action<Utf8JsonWriter, T> write)
    {
        var scratch = t_kept ?? new JsonScratch();
        t_kept = null;
        write(scratch._writer, state);
#pragma warning disable VSTHRD103 // Into memory.
        scratch._writer.Flush();
#pragma warning restore VSTHRD103
        return scratch;
    }

    /// <summary>Gives the buffer back to the thread.</summary>
    public void Dispose()
    {
        if (_buffer.Capacity > LargestKept)
            return;

        _buffer.ResetWrittenCount();
        _writer.Reset(_buffer);
        t_kept = this;
    }
}
