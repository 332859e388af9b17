using System.Text.Json;
using QuantumCore.Instruments;

namespace QuantumCore.Clearing;

/// <summary>
/// Pays into a folder: a file for each batch, named by its id, for another system. An existing file counts as paid, and
/// it is on disk before that is reported. Silos of one exchange share one folder.
/// </summary>
public sealed class FilePayouts(string folder) : IPayoutReceiver
{
    private static readonly JsonWriterOptions s_json = new() { Indented = true, NewLine = "\n" };

    /// <inheritdoc/>
    /// <exception cref="InvalidDataException">
    /// The folder has another batch under this id, from another exchange.
    /// </exception>
    public async ValueTask<PayoutAnswer> SendAsync(PayoutBatch batch, CancellationToken cancellationToken)
    {
        // File access blocks: run it outside the grain's thread.
        await Task.Run(() => BatchFile.Write(folder, batch.Id, Bytes(batch)), cancellationToken);
        return new PayoutAnswer(PayoutVerdict.Final);
    }

    /// <summary>Returns the file of a batch: the same bytes for the same batch.</summary>
    internal static byte[] Bytes(PayoutBatch batch)
    {
        using var stream = new MemoryStream();
        using (var to = new Utf8JsonWriter(stream, s_json))
        {
            to.WriteStartObject();
            to.WriteString("batch", batch.Id);
            to.WriteString("asset", batch.Asset);
            to.WriteStartArray("payments");
            foreach (var item in batch.Items)
            {
                to.WriteStartObject();
                to.WriteString("account", new AccountId(item.Account).ToString());
                to.WriteNumber("withdrawal", item.Sequence);
                to.WriteString("amount", DecimalText.Format(item.Amount, batch.Decimals));
                to.WriteString("destination", item.Destination);
                to.WriteEndObject();
            }

            to.WriteEndArray();
            to.WriteEndObject();
        }

        return stream.ToArray();
    }
}
