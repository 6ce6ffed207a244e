using System.Net.Sockets;
using System.Text;

namespace Ddpm.HostingLoad;

/// <summary>A client that asks for a stream of events and does not read it.</summary>
internal sealed class StalledStream : IDisposable
{
    private const int SmallBuffer = 4096;

    // The last chunk of a whole answer.
    private static readonly byte[] End = [.. "\r\n0\r\n\r\n"u8];
    private readonly Socket socket = new(SocketType.Stream, ProtocolType.Tcp) { ReceiveBufferSize = SmallBuffer };

    /// <param name="address">The server.</param>
    /// <param name="body">What it asks for.</param>
    public StalledStream(Uri address, string body)
    {
        socket.Connect(address.Host, address.Port);
        socket.Send(Encoding.ASCII.GetBytes(
            $"POST /api/samples HTTP/1.1\r\nHost: {address.Authority}\r\nAccept: text/event-stream\r\nContent-Type: application/json\r\n"
                + $"{LoadServer.CallerHeader}: stalled\r\nContent-Length: {body.Length}\r\n\r\n{body}"));
    }

    /// <summary>Reads all that is there: the bytes, and whether the server closed the connection before it was done.</summary>
    public (long Bytes, bool IsCut) ReadAll()
    {
        var piece = new byte[1 << 16];
        long bytes = 0;
        socket.ReceiveTimeout = 2000;
        try
        {
            while (socket.Receive(piece) is > 0 and int length)
            {
                bytes += length;
                if (piece.AsSpan(0, length).EndsWith(End)) return (bytes, false);
            }
        }
        catch (SocketException)
        {
            // Closed by the server, or nothing more comes.
        }

        return (bytes, true);
    }

    public void Dispose() => socket.Dispose();
}
