using System.Text.Json;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using QuantumCore.Journal;

namespace QuantumCore.Silo;

/// <summary>
/// File of <c>--ready-file</c>: the address and the API keys of an exchange that admits requests, for the program that
/// started it. It is absent before, and after a graceful shutdown.
/// </summary>
internal sealed class ReadyFile(SiloOptions options)
{
    private static readonly (string Name, string Key)[] s_demo =
        [("alice", "demo-alice"), ("bob", "demo-bob"), ("admin", "demo-admin")];

    private volatile bool _isOurs;

    /// <summary>Returns the first address at which the exchange listens, with the port it really has.</summary>
    public static string AddressOf(IServer server)
    {
        var first = server.Features.Get<IServerAddressesFeature>()!.Addresses.First();
        return first.Replace("0.0.0.0", "localhost", StringComparison.Ordinal)
            .Replace("[::]", "localhost", StringComparison.Ordinal)
            .TrimEnd('/');
    }

    /// <summary>Checks that the file can be written, before the exchange starts.</summary>
    /// <exception cref="FormatException">It can't; the message is for the user.</exception>
    public static void Check(SiloOptions options)
    {
        if (options.ReadyFile is not { } path)
            return;

        try
        {
            var draft = DraftOf(path);
            PrivateFiles.MakeFile(draft);
            File.Delete(draft);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new FormatException($"--ready-file: the file '{path}' can't be written: {error.Message}", error);
        }
    }

    /// <summary>
    /// Deletes the file of an earlier process that was killed. Only once the storage is open: it may belong to a
    /// process that is still running, and then the storage is taken.
    /// </summary>
    public void Clear()
    {
        if (options.ReadyFile is { } path)
            File.Delete(path);
    }

    /// <summary>Writes the file atomically: a reader never sees a part of it.</summary>
    public async Task WriteAsync(string address, bool isDemo)
    {
        if (options.ReadyFile is not { } path)
            return;

        var draft = DraftOf(path);
        await using (var file = PrivateFiles.Open(draft, FileMode.Create))
        {
            await using var json = new Utf8JsonWriter(file, new JsonWriterOptions { Indented = true });
            json.WriteStartObject();
            json.WriteString("address", address);
            json.WriteStartObject("keys");
            foreach (var (name, key) in isDemo ? s_demo : await KeyOfStartAsync())
                json.WriteString(name, key);
            json.WriteEndObject();
            json.WriteEndObject();
        }

        File.Move(draft, path, overwrite: true);
        _isOurs = true;
    }

    /// <summary>
    /// Deletes the file that this process wrote, at the end of the exchange. A file that can't be deleted stays.
    /// </summary>
    public void Remove()
    {
        try
        {
            if (_isOurs && options.ReadyFile is { } path)
                File.Delete(path);
        }
        catch (Exception stays) when (stays is IOException or UnauthorizedAccessException)
        {
            // The next start clears it.
        }
    }

    private static string DraftOf(string path) => $"{path}.{Environment.ProcessId}";

    /// <summary>
    /// Returns the administrator's key that this data directory was started with, if it is still there.
    /// </summary>
    private async Task<(string Name, string Key)[]> KeyOfStartAsync()
    {
        var path = options.AdminKeyFile;
        return File.Exists(path) ? [("admin", (await File.ReadAllTextAsync(path)).Trim())] : [];
    }
}
