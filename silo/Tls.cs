using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace QuantumCore.Silo;

/// <summary>Certificate of the https addresses, with its issuers.</summary>
internal sealed class Tls
{
    private readonly X509Certificate2 _certificate;
    private readonly X509Certificate2Collection _issuers = [];

    private Tls(string file, string? key)
    {
        _certificate = X509Certificate2.CreateFromPemFile(file, key);
        _issuers.ImportFromPemFile(file);
    }

    /// <summary>Reads the certificate that the options name; returns null if they name none.</summary>
    /// <exception cref="FormatException">
    /// The certificate or its key cannot be read; the message is for the user.
    /// </exception>
    public static Tls? Read(SiloOptions options)
    {
        try
        {
            return options.TlsCertificate is { } file ? new Tls(file, options.TlsKey) : null;
        }
        catch (CryptographicException error)
        {
            throw new FormatException($"--tls-certificate, --tls-key: {error.Message}", error);
        }
    }

    /// <summary>Returns TLS options for other kinds of connections.</summary>
    public SslServerAuthenticationOptions OfConnections() => new()
    {
        ServerCertificateContext = SslStreamCertificateContext.Create(_certificate, _issuers),
    };

    /// <summary>Serves https addresses with the certificate.</summary>
    public void Serve(IWebHostBuilder host) => host
        .UseKestrelHttpsConfiguration()
        .ConfigureKestrel(kestrel => kestrel.ConfigureHttpsDefaults(https =>
        {
            https.ServerCertificate = _certificate;
            https.ServerCertificateChain = _issuers;
        }));
}
