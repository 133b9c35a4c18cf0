import { pointsWords } from './words.js'

export const PointBar = ({ points, widest }: { points: number; widest: number }) => {
  const share = widest === 0 ? 0 : (Math.abs(points) / widest) * 50
  const at = points < 0 ? { right: '50%', width: `${share}%` } : { left: '50%', width: `${share}%` }
  return (
    <span className="point-bar">
      <strong className="points">{pointsWords(points)}</strong>
      <span className="point-line" aria-hidden="true">
        <span className={points < 0 ? 'taken' : 'added'} style={at} />
      </span>
    </span>
  )
}
