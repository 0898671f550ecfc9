import Link from 'next/link';

export default function Home() {
  return (
    <>
      <h1>Gatehouse example</h1>
      <p>
        <Link href="/account">Your account</Link> is rendered on the server, for signed-in users only.
      </p>
    </>
  );
}
